// Additions for readers whose browser runs scripts: the choice of theme, buttons that copy code.
(function () {
  "use strict";
  var root = document.documentElement;
  var words = document.currentScript.dataset;

  // --- Theme: the system's, until the reader chooses the other one; choosing the system's again forgets the choice.

  var toggle = document.querySelector(".theme-toggle");
  var system = matchMedia("(prefers-color-scheme: dark)");

  function isDark() {
    return root.dataset.theme ? root.dataset.theme === "dark" : system.matches;
  }

  function showTheme() {
    if (toggle) toggle.setAttribute("aria-pressed", isDark());
    // The browser's own frame follows, whichever scheme the meta element was written for.
    var paper = getComputedStyle(document.body).backgroundColor;
    document.querySelectorAll("meta[name=theme-color]").forEach(function (meta) {
      meta.content = paper;
    });
  }

  function applyTheme(theme) {
    if (theme) root.dataset.theme = theme;
    else delete root.dataset.theme;
    showTheme();
  }

  function remember(theme) {
    try {
      if (theme) localStorage.setItem("theme", theme);
      else localStorage.removeItem("theme");
    } catch (e) {
      // Storage is off: the choice holds for this page.
    }
  }

  if (toggle) {
    toggle.addEventListener("click", function () {
      var next = isDark() ? "light" : "dark";
      var choice = (next === "dark") === system.matches ? "" : next;
      applyTheme(choice);
      remember(choice);
    });
  }
  system.addEventListener("change", showTheme);
  addEventListener("storage", function (event) {
    if (event.key === "theme") applyTheme(event.newValue);
  });
  showTheme();

  // --- Copying: all the text of a listing, lines that are not shown included.

  var status = document.createElement("p");
  status.className = "vh";
  status.setAttribute("role", "status");
  document.body.append(status);

  function copyText(text) {
    if (navigator.clipboard) return navigator.clipboard.writeText(text);
    // Plain http has no clipboard; a selected field can still be copied.
    var field = document.createElement("textarea");
    field.value = text;
    field.className = "vh";
    document.body.append(field);
    field.select();
    var isCopied = document.execCommand("copy");
    field.remove();
    return isCopied ? Promise.resolve() : Promise.reject();
  }

  document.querySelectorAll(".code, .listing").forEach(function (box) {
    var pre = box.querySelector("pre");
    // A figure that a card saved has no text.
    if (!pre) return;
    var button = document.createElement("button");
    var timer = 0;
    button.type = "button";
    button.className = "copy";
    button.textContent = words.copy;

    function say(text) {
      button.textContent = status.textContent = text;
      clearTimeout(timer);
      timer = setTimeout(function () {
        button.textContent = words.copy;
        status.textContent = "";
      }, 2000);
    }

    button.addEventListener("click", function () {
      copyText(pre.textContent).then(
        function () { say(words.copied); button.focus(); },
        function () { say(words.failed); }
      );
    });
    // After the name, before the text, in the order in which they are read.
    (box.querySelector(":scope > details") || pre).before(button);
  });

  // --- Formulas that scroll can be scrolled with the keys, like code; those that fit are no stop for the tab key.

  function markScrollers() {
    document.querySelectorAll("math").forEach(function (math) {
      if (math.scrollWidth > math.clientWidth) math.tabIndex = 0;
      else math.removeAttribute("tabindex");
    });
  }

  addEventListener("resize", markScrollers);
  markScrollers();
})();
