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

  function copyButton(label, read) {
    var button = document.createElement("button");
    var timer = 0;
    button.type = "button";
    button.textContent = label;

    function say(text) {
      button.textContent = status.textContent = text;
      clearTimeout(timer);
      timer = setTimeout(function () {
        button.textContent = label;
        status.textContent = "";
      }, 2000);
    }

    button.addEventListener("click", function () {
      copyText(read()).then(
        function () { say(words.copied); button.focus(); },
        function () { say(words.failed); }
      );
    });
    return button;
  }

  document.querySelectorAll(".code, .listing").forEach(function (box) {
    var pre = box.querySelector("pre");
    // A figure that a card saved has no text.
    if (!pre) return;
    var button = copyButton(words.copy, function () { return pre.textContent; });
    button.className = "copy";
    // After the name, before the text, in the order in which they are read.
    (box.querySelector(":scope > details") || pre).before(button);
  });

  // --- Formulas are copied as their LaTeX: those in a selection, and by a button those on a line of their own.

  function latexOf(math) {
    var latex = math.querySelector("annotation").textContent;
    if (/^\\begin\{(equation|align|gather|multline)\*?\}/.test(latex)) return latex;
    var dollars = math.getAttribute("display") === "block" ? "$$" : "$";
    return dollars + latex + dollars;
  }

  function formulaAt(node) {
    return (node.closest ? node : node.parentNode).closest("math");
  }

  document.addEventListener("copy", function (event) {
    var selection = getSelection();
    if (!selection.rangeCount) return;
    var range = selection.getRangeAt(0).cloneRange();
    var first = formulaAt(range.startContainer);
    var last = formulaAt(range.endContainer);
    if (first) range.setStartBefore(first);
    if (last) range.setEndAfter(last);
    var box = document.createElement("div");
    box.append(range.cloneContents());
    if (!box.querySelector("annotation")) return;
    box.querySelectorAll("button").forEach(function (button) { button.remove(); });
    event.clipboardData.setData("text/html", box.innerHTML);
    box.querySelectorAll("math").forEach(function (math) { math.replaceWith(latexOf(math)); });
    // Only of what is on the page does the browser know where its lines end.
    box.className = "vh";
    document.body.append(box);
    event.clipboardData.setData("text/plain", box.innerText);
    box.remove();
    event.preventDefault();
  });

  document.querySelectorAll(".math > math").forEach(function (math) {
    var button = copyButton(words.copy + " LaTeX", function () { return latexOf(math); });
    button.className = "copy-math";
    math.after(button);
  });

  // --- A link to the evidence of a card opens it.

  function openTarget() {
    var fold = document.querySelector("details:target");
    if (fold) fold.open = true;
  }

  addEventListener("hashchange", openTarget);
  // Before that there is no target yet.
  addEventListener("load", openTarget);

  // --- Search: "/", Ctrl-K or the link load its script; without it the link leads to the page of the search.

  var link = document.querySelector(".search-link");
  var isLoading = false;

  function openSearch() {
    function go() { location.href = link.href; }
    function open() {
      isLoading = false;
      proofpressSearch.open().catch(go);
    }
    if (window.proofpressSearch) return open();
    if (isLoading) return;
    isLoading = true;
    var script = document.createElement("script");
    script.src = link.dataset.script;
    script.onload = open;
    script.onerror = go;
    document.head.append(script);
  }

  function isTyping(target) {
    return target.isContentEditable || /^(input|textarea|select)$/i.test(target.tagName);
  }

  if (link) {
    link.addEventListener("click", function (event) {
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
      event.preventDefault();
      openSearch();
    });
    document.addEventListener("keydown", function (event) {
      var isSlash = event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey && !isTyping(event.target);
      var isK = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k";
      if (event.defaultPrevented || event.isComposing || !(isSlash || isK)) return;
      event.preventDefault();
      openSearch();
    });
  }

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
