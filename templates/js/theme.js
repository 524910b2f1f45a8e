// Runs before the first paint, so that a chosen theme never flashes. Keep it under 400 bytes.
(function (root) {
  root.classList.add("js");
  try {
    var theme = localStorage.getItem("theme");
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  } catch (e) {}
})(document.documentElement);
