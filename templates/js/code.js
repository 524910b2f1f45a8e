// Code, formulas, tabs.
(() => {
  "use strict";
  const words = document.currentScript.dataset;
  const all = (selector, box = document) => [...box.querySelectorAll(selector)];
  const make = (name, given) => Object.assign(document.createElement(name), given);

  // Where a key leads to.
  function move(event, back, on, at, count) {
    const next = { [back]: at - 1, [on]: at + 1, Home: 0, End: count - 1 }[event.key];
    if (next === undefined || event.ctrlKey || event.metaKey || event.altKey) return -1;
    event.preventDefault();
    return (next + count) % count;
  }

  // --- Tabs: one section of several is shown.

  const groups = [];

  const setTabs = () => all(".tabs:not(:has(> .tab-list))").forEach((box) => {
    const number = groups.length;
    const panels = [...box.children];
    const key = panels.map((panel) => panel.ariaLabel).join("\n");
    const list = make("div", { className: "tab-list", role: "tablist" });
    const tabs = panels.map((panel, index) => {
      const tab = make("button", {
        type: "button", role: "tab", id: `tab:${number}:${index}`, textContent: panel.ariaLabel,
      });
      panel.role = "tabpanel";
      panel.tabIndex = 0;
      tab.onclick = panel.choose = () => {
        groups.forEach((group) => group.key === key && group.show(index));
        dispatchEvent(new Event("resize"));
      };
      list.append(tab);
      return tab;
    });
    const show = (shown) => tabs.forEach((tab, index) => {
      const isShown = index === shown;
      tab.ariaSelected = isShown;
      tab.tabIndex = isShown - 1;
      panels[index].hidden = isShown ? false : "until-found";
    });
    list.onkeydown = (event) => {
      const next = tabs[move(event, "ArrowLeft", "ArrowRight", tabs.indexOf(event.target), tabs.length)];
      if (!next) return;
      next.click();
      next.focus();
    };
    box.addEventListener("beforematch", (event) => reveal(event.target));
    box.prepend(list);
    groups.push({ key, show });
    show(0);
  });

  // --- Copying, hidden lines included.

  const status = make("p", { className: "vh", role: "status" });
  document.body.append(status);

  async function copyText(text) {
    if (navigator.clipboard) return navigator.clipboard.writeText(text);
    const here = document.activeElement;
    const field = make("textarea", { value: text, className: "vh" });
    here.after(field);
    field.select();
    const isCopied = document.execCommand("copy");
    field.remove();
    here.focus();
    if (!isCopied) throw text;
  }

  function copyButton(className, label, read) {
    const button = make("button", { className, type: "button", textContent: label });
    let timer = 0;
    const say = (text) => {
      button.textContent = status.textContent = text;
      clearTimeout(timer);
      timer = setTimeout(() => {
        button.textContent = label;
        status.textContent = "";
      }, 2000);
    };
    button.onclick = () => copyText(read()).then(() => say(words.copied), () => say(words.failed));
    return button;
  }

  // --- Wrapping of long lines.

  const boxes = [];
  const root = document.documentElement.classList;
  let isWrapped = false;

  function findLongLines() {
    root.remove("wrap");
    const areLong = boxes.map(({ pre }) => pre.scrollWidth > pre.clientWidth);
    boxes.forEach(({ wrap }, index) => {
      wrap.hidden = !areLong[index];
      wrap.ariaPressed = isWrapped;
    });
    root.toggle("wrap", isWrapped);
  }

  // --- Lines: #z_test-L12, #z_test-L12-L18. One link, at the pointer or the arrow keys.

  const listings = new Map();

  function linkLines(box) {
    const lines = all(".line[data-line]", box);
    all(".line-link", box).forEach((old) => old.remove());
    const link = make("a", { className: "line-link" });
    const start = `#${encodeURI(box.dataset.anchor)}-L`;
    const put = (line) => {
      if (!line || line === link.parentNode) return;
      line.prepend(link);
      link.href = start + line.dataset.line;
      link.ariaLabel = words.line.replace("{n}", line.dataset.line);
    };
    listings.set(box, { start, lines });
    put(lines[0]);
    box.onpointerover = (event) => put(event.target.closest(".line[data-line]"));
    link.onkeydown = (event) => {
      const next = lines[move(event, "ArrowUp", "ArrowDown", lines.indexOf(link.parentNode), lines.length)];
      if (!next) return;
      put(next);
      link.focus();
    };
    link.onclick = (event) => {
      if (!event.shiftKey) return;
      event.preventDefault();
      const here = link.parentNode;
      const ends = [box.querySelector(".at") || here, here].map((line) => line.dataset.line);
      location.hash = start + Math.min(...ends) + "-L" + Math.max(...ends);
    };
  }

  function linesAt(hash) {
    const [, start, first, last = first] = /^(.*?-L)(\d+)(?:-L(\d+))?$/.exec(hash) || [];
    return [...listings.values()].flatMap((listing) => listing.start === start ? listing.lines : [])
      .filter((line) => (line.dataset.line - first) * (line.dataset.line - last) <= 0);
  }

  // Opens what is around it; whether it was closed.
  function reveal(target) {
    let wasHidden = false;
    for (let box = target; box; box = box.parentElement) {
      if (box.matches("details:not([open])")) wasHidden = box.open = true;
      if (box.choose && box.hidden) wasHidden = !box.choose();
    }
    return wasHidden;
  }

  function showTarget() {
    all(".at").forEach((line) => line.classList.remove("at"));
    const lines = linesAt(location.hash);
    lines.forEach((line) => line.classList.add("at"));
    const target = lines[0] || document.querySelector(":target");
    if (!target) return;
    const wasHidden = reveal(target.querySelector(":scope > details > pre") || target);
    const { top, bottom } = target.getBoundingClientRect();
    if (wasHidden || (lines[0] && (top < 0 || bottom > innerHeight))) target.scrollIntoView({ block: lines[0] ? "center" : "start" });
  }

  const setCode = () => all(".code, .listing").forEach((box) => {
    const pre = box.querySelector("pre");
    if (!pre) return;
    if (box.dataset.anchor) linkLines(box);
    if (box.querySelector(".copy")) return;
    const wrap = make("button", { className: "wrap-code", type: "button", textContent: words.wrap });
    wrap.onclick = () => {
      isWrapped = !isWrapped;
      findLongLines();
    };
    boxes.push({ pre, wrap });
    const copy = copyButton("copy", words.copy, () => pre.textContent);
    (box.querySelector(":scope > .outline, :scope > details") || pre).before(wrap, copy);
  });

  addEventListener("resize", findLongLines);
  document.addEventListener("toggle", findLongLines, true);
  addEventListener("hashchange", showTarget);
  // Before that there is no target.
  addEventListener("load", showTarget);

  // --- Formulas are copied as LaTeX.

  function latexOf(math) {
    const latex = math.querySelector("annotation").textContent;
    if (/^\\begin\{(equation|align|gather|multline)\*?\}/.test(latex)) return latex;
    const dollars = math.getAttribute("display") === "block" ? "$$" : "$";
    return dollars + latex + dollars;
  }

  const formulaAt = (node) => (node.closest ? node : node.parentNode).closest("math");

  document.addEventListener("copy", (event) => {
    const selection = getSelection();
    if (!selection.rangeCount) return;
    const range = selection.getRangeAt(0).cloneRange();
    const first = formulaAt(range.startContainer);
    const last = formulaAt(range.endContainer);
    if (first) range.setStartBefore(first);
    if (last) range.setEndAfter(last);
    const box = make("div");
    box.append(range.cloneContents());
    if (!box.querySelector("annotation")) return;
    all("button", box).forEach((button) => button.remove());
    event.clipboardData.setData("text/html", box.innerHTML);
    all("math", box).forEach((math) => math.replaceWith(latexOf(math)));
    // Only on the page do lines end.
    box.className = "vh";
    document.body.append(box);
    event.clipboardData.setData("text/plain", box.innerText);
    box.remove();
    event.preventDefault();
  });

  const setMath = () => all(".math > math:last-child").forEach((math) => math.after(copyButton("copy-math", words.copy + " LaTeX", () => latexOf(math))));

  const enhance = () => [setTabs, setCode, setMath, findLongLines].forEach((set) => set());
  enhance();
  // By the preview.
  document.addEventListener("patched", enhance);
})();
