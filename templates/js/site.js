// Theme, place in the contents, search.
(function () {
  "use strict";
  var root = document.documentElement;

  // --- Theme: choosing the system's forgets the choice.

  var toggle = document.querySelector(".theme-toggle");
  var system = matchMedia("(prefers-color-scheme: dark)");

  function isDark() {
    return root.dataset.theme ? root.dataset.theme === "dark" : system.matches;
  }

  function showTheme() {
    if (toggle) toggle.setAttribute("aria-pressed", isDark());
    // The browser's own frame follows.
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

  // --- The section that is read: the last whose heading is in the window's upper fifth.

  var links = new Map();
  var passed = new Set();
  document.querySelectorAll(".toc a").forEach(function (link) {
    var heading = document.getElementById(decodeURIComponent(link.hash.slice(1)));
    if (heading) links.set(heading, link);
  });

  function showPlace() {
    var current = null;
    links.forEach(function (link, heading) {
      link.removeAttribute("aria-current");
      if (passed.has(heading)) current = link;
    });
    if (!current) return;
    current.setAttribute("aria-current", "location");
    // A long table scrolls by itself, and only if it must.
    var nav = current.closest(".toc");
    var line = current.getBoundingClientRect();
    var box = nav.getBoundingClientRect();
    if (line.top < box.top || line.bottom > box.bottom) nav.scrollTop += line.top - box.top - box.height / 2;
  }

  if (links.size) {
    var observer = new IntersectionObserver(function (changes) {
      changes.forEach(function (change) {
        passed[change.isIntersecting ? "add" : "delete"](change.target);
      });
      showPlace();
      // Far up, for jumps over headings.
    }, { rootMargin: "1000000px 0px -80% 0px" });
    links.forEach(function (_, heading) { observer.observe(heading); });
  }

  // --- Search: "/", Ctrl-K or the link load its script.

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

  // --- Formulas that scroll are a stop for the tab key.

  function markScrollers() {
    document.querySelectorAll("math").forEach(function (math) {
      if (math.scrollWidth > math.clientWidth) math.tabIndex = 0;
      else math.removeAttribute("tabindex");
    });
  }

  addEventListener("resize", markScrollers);
  markScrollers();
})();
