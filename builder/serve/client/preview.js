// Follows what the author saves, in a tab that is open: what changed of the page is changed in place.
// It is the first of the deferred scripts, so it sees the page as it was sent, before any other script
// added to it. From then on it compares what is sent with what was sent before, and does to the page
// what the difference says; what scripts and readers did to the rest (open folds, typed text, buttons)
// stays.
(function () {
  "use strict";
  var own = new URL(".", document.currentScript.src);

  // --- The page as it was sent, and for each of its nodes the one on the screen

  var live = new WeakMap();
  var sent = { head: document.head.cloneNode(true), body: document.body.cloneNode(true) };
  pair(sent.head, document.head);
  pair(sent.body, document.body);

  // Two trees of one shape: `shown` is on the screen for `node`.
  function pair(node, shown) {
    live.set(node, shown);
    for (var a = node.firstChild, b = shown.firstChild; a && b; a = a.nextSibling, b = b.nextSibling) pair(a, b);
  }

  // Two equal trees: what is on the screen for one is so for the other.
  function hand(before, after) {
    live.set(after, live.get(before));
    for (var a = before.firstChild, b = after.firstChild; a && b; a = a.nextSibling, b = b.nextSibling) hand(a, b);
  }

  // --- Patching

  var added = [];
  // Style sheets that go once those that came are there, so that the page never stands without.
  var leaving = [];
  var coming = [];

  function patch(before, after) {
    if (before.isEqualNode(after)) return hand(before, after);
    var shown = live.get(before);
    if (!shown || !isAlike(before, after)) return replace(before, after);
    live.set(after, shown);
    if (after.nodeType !== Node.ELEMENT_NODE) {
      shown.data = after.data;
      return;
    }
    patchAttributes(before, after, shown);
    patchChildren(before, after, shown);
  }

  function isAlike(before, after) {
    return before.nodeType === after.nodeType && before.nodeName === after.nodeName &&
      (before.id || "") === (after.id || "") && !isStyle(before);
  }

  function patchAttributes(before, after, shown) {
    Array.from(before.attributes).forEach(function (attribute) {
      if (!after.hasAttribute(attribute.name)) shown.removeAttribute(attribute.name);
    });
    Array.from(after.attributes).forEach(function (attribute) {
      if (before.getAttribute(attribute.name) === attribute.value) return;
      if (attribute.name === "class") patchClasses(before, after, shown);
      else shown.setAttribute(attribute.name, attribute.value);
    });
  }

  // Scripts add classes of their own.
  function patchClasses(before, after, shown) {
    before.classList.forEach(function (name) { if (!after.classList.contains(name)) shown.classList.remove(name); });
    after.classList.forEach(function (name) { if (!before.classList.contains(name)) shown.classList.add(name); });
  }

  function patchChildren(before, after, shown) {
    var a = Array.from(before.childNodes), b = Array.from(after.childNodes);
    var last = null;
    steps(a, b).forEach(function (step) {
      var old = step[0], now = step[1];
      if (old && now) patch(old, now);
      else if (old) remove(old);
      else insert(now, shown, last);
      if (now) last = live.get(now);
    });
  }

  // [old, new], [old, null] (gone) or [null, new] (came), in the order of the new ones.
  function steps(a, b) {
    var start = 0, end = 0;
    while (start < a.length && start < b.length && a[start].isEqualNode(b[start])) start++;
    while (end < a.length - start && end < b.length - start &&
      a[a.length - 1 - end].isEqualNode(b[b.length - 1 - end])) end++;
    var found = [];
    for (var i = 0; i < start; i++) found.push([a[i], b[i]]);
    found = found.concat(align(a.slice(start, a.length - end), b.slice(start, b.length - end)));
    for (i = end; i > 0; i--) found.push([a[a.length - i], b[b.length - i]]);
    return found;
  }

  // Children that stayed the same stay; between them, those of one kind are taken for the same.
  function align(a, b) {
    var same = a.length * b.length > 250000 ? [] : common(a, b);
    var found = [], i = 0, j = 0;
    same.concat([[a.length, b.length]]).forEach(function (point) {
      while (i < point[0] || j < point[1]) {
        if (i < point[0] && j < point[1] && isAlike(a[i], b[j])) found.push([a[i++], b[j++]]);
        else if (i < point[0] && (j >= point[1] || point[0] - i >= point[1] - j)) found.push([a[i++], null]);
        else found.push([null, b[j++]]);
      }
      if (i < a.length && j < b.length) found.push([a[i++], b[j++]]);
    });
    return found;
  }

  // The longest common subsequence, as pairs of indices.
  function common(a, b) {
    var keysA = a.map(key), keysB = b.map(key);
    var table = [];
    for (var i = a.length; i >= 0; i--) {
      table[i] = new Uint32Array(b.length + 1);
      for (var j = b.length - 1; i < a.length && j >= 0; j--) {
        table[i][j] = keysA[i] === keysB[j] ? table[i + 1][j + 1] + 1 : Math.max(table[i + 1][j], table[i][j + 1]);
      }
    }
    var found = [];
    for (i = 0, j = 0; i < a.length && j < b.length;) {
      if (keysA[i] === keysB[j]) found.push([i++, j++]);
      else if (table[i + 1][j] >= table[i][j + 1]) i++;
      else j++;
    }
    return found;
  }

  function key(node) {
    return node.nodeType === Node.ELEMENT_NODE ? node.outerHTML : node.nodeType + node.data;
  }

  function replace(before, after) {
    var shown = live.get(before);
    var made = make(after);
    if (shown && shown.isConnected && isStyle(after)) {
      shown.after(made);
      leaving.push(shown);
    } else if (shown && shown.isConnected) shown.replaceWith(made);
  }

  function insert(node, parent, last) {
    var made = make(node);
    if (last && last.parentNode) last.after(made);
    else parent.prepend(made);
  }

  function remove(node) {
    var shown = live.get(node);
    if (!shown) return;
    if (isStyle(node)) leaving.push(shown);
    else shown.remove();
  }

  function make(node) {
    var made = document.importNode(node, true);
    pair(node, made);
    if (isStyle(made)) coming.push(arrival(made));
    else if (made.nodeType === Node.ELEMENT_NODE) added.push(made);
    return made;
  }

  function isStyle(node) {
    return node.nodeName === "LINK" && node.rel === "stylesheet";
  }

  function arrival(style) {
    return new Promise(function (resolve) {
      style.onload = style.onerror = resolve;
      setTimeout(resolve, 3000);
    });
  }

  function scriptsOf(head) {
    return Array.from(head.querySelectorAll("script[src]"), function (script) { return script.getAttribute("src"); }).join(" ");
  }

  function show(page) {
    // Other scripts can't be put in the place of those that ran.
    if (scriptsOf(page.head) !== scriptsOf(sent.head)) return location.reload();
    added = [];
    leaving = [];
    coming = [];
    // The other attributes of the root are a script's, and one of them ran before this one.
    document.documentElement.lang = page.documentElement.lang;
    patch(sent.head, page.head);
    patch(sent.body, page.body);
    sent = { head: page.head, body: page.body };
    var gone = leaving;
    Promise.all(coming).then(function () { gone.forEach(function (style) { style.remove(); }); });
    // For scripts that add to what is in the page: a theme's own listens for it.
    document.dispatchEvent(new CustomEvent("patched", { detail: { added: added } }));
  }

  // --- Following

  var news = null;
  var isGone = false;
  // Who asks for an address that leads nowhere has been told so.
  var wasThere = (performance.getEntriesByType("navigation")[0] || {}).responseStatus !== 404;
  var isAsking = false;
  var asksAgain = false;

  function follow() {
    if (isAsking) {
      asksAgain = true;
      return;
    }
    isAsking = true;
    asksAgain = false;
    // Not the fragment; and conditional: a page that did not change costs nothing.
    fetch(location.pathname + location.search, { cache: "no-cache" }).then(function (answer) {
      var type = answer.headers.get("Content-Type") || "";
      isGone = answer.status === 404 && wasThere;
      if (!answer.ok || type.indexOf("text/html")) return null;
      return answer.text();
    }).then(function (text) {
      if (text === null) return;
      wasThere = true;
      show(new DOMParser().parseFromString(text, "text/html"));
      checkPictures();
    }).catch(function () {
      // The server ended; the stream of news says so.
    }).then(function () {
      isAsking = false;
      tell();
      if (asksAgain) follow();
    });
  }

  // A picture may have been replaced by another of the same name, of which no page says anything.
  var tags = {};

  function checkPictures() {
    var urls = new Set();
    Array.from(document.images).forEach(function (image) {
      if (image.complete && image.currentSrc.indexOf(location.origin + "/") === 0) urls.add(image.currentSrc);
    });
    urls.forEach(function (url) {
      fetch(url, { method: "HEAD", cache: "no-store" }).then(function (answer) {
        var tag = answer.ok ? answer.headers.get("ETag") : "";
        var isOther = url in tags && tag && tag !== tags[url];
        tags[url] = tag;
        if (isOther) showPictures(url, tag.replace(/\W/g, ""));
      }).catch(function () {});
    });
  }

  // By another query, which the server does not mind: a browser has the same address at hand.
  function showPictures(url, tag) {
    Array.from(document.images).forEach(function (image) {
      if (image.currentSrc !== url) return;
      var all = image.parentNode.nodeName === "PICTURE" ? Array.from(image.parentNode.querySelectorAll("source")) : [];
      all.concat([image]).forEach(function (shown) {
        var set = shown.getAttribute("srcset");
        if (set) shown.setAttribute("srcset", set.replace(/[^\s,]\S*[^\s,](?=\s|,|$)/g, function (part) {
          return /^[\d.]+[wx]$/.test(part) ? part : renewed(part, tag);
        }));
      });
      var source = image.getAttribute("src");
      if (source) image.setAttribute("src", renewed(source, tag));
    });
    // Known by its new address, too.
    tags[renewed(url, tag)] = tags[url];
  }

  function renewed(url, tag) {
    return url.replace(/[?#].*$/, "") + "?" + tag;
  }

  var stream = null;
  var isLost = false;

  // A browser opens six connections to a host, and the stream takes one: tabs that nobody sees do
  // without, and catch up when they are seen.
  function listen() {
    if (document.hidden) {
      if (stream) stream.close();
      stream = null;
      news = null;
    } else if (!stream) {
      stream = new EventSource(own.href + "events");
      stream.addEventListener("news", hear);
      stream.addEventListener("error", lose);
    }
  }

  function hear(event) {
    var before = news;
    news = JSON.parse(event.data);
    isLost = false;
    // The first time, too: something may have been saved since the page was sent.
    if (!before || before.revision !== news.revision) follow();
    else tell();
  }

  function lose() {
    // The server is another one when it is back, and counts anew.
    news = null;
    isLost = true;
    setTimeout(tell, 1500);
  }

  document.addEventListener("visibilitychange", listen);
  addEventListener("pagehide", function () {
    if (stream) stream.close();
  });
  addEventListener("pageshow", function (event) {
    if (event.persisted) location.reload();
  });

  // --- What the author is told: a panel for mistakes that concern the page, a line for the others

  var host = document.createElement("proofpress-preview");
  var room = host.attachShadow({ mode: "open" });
  var style = document.createElement("link");
  style.rel = "stylesheet";
  style.href = own.href + "preview.css";
  var box = document.createElement("div");
  box.setAttribute("aria-live", "polite");
  room.append(style, box);
  document.documentElement.append(host);
  var told = "";
  var hidden = "";

  function tell() {
    markChecking();
    var faults = news ? news.faults : [];
    var parts = { lost: isLost, moved: isGone ? (news && news.moved[address()]) || "" : null, faults: faults };
    var said = JSON.stringify(parts);
    if (said === told) return;
    told = said;
    box.replaceChildren();
    if (isLost) box.append(line("The preview has ended, or cannot be reached."));
    else if (isGone) box.append(goneLine(parts.moved));
    var mine = faults.filter(concernsPage), others = faults.filter(function (fault) { return !concernsPage(fault); });
    if (mine.length && hidden !== JSON.stringify(mine)) box.append(panel(mine));
    else if (mine.length) others = faults;
    if (others.length) box.append(othersLine(others));
  }

  function concernsPage(fault) {
    return !fault.is_warning && (!fault.url || fault.url === address());
  }

  // As the site writes it.
  function address() {
    return location.pathname.replace(/\/index\.html$/, "/");
  }

  function element(name, className, text) {
    var made = document.createElement(name);
    if (className) made.className = className;
    if (text) made.textContent = text;
    return made;
  }

  function line(text) {
    return element("p", "line", text);
  }

  function goneLine(address) {
    var said = line(address ? "This page has moved to " : "This page is no longer there. ");
    var link = element("a", "", address ? decodeURI(address) : "Home");
    link.href = address || own.pathname.replace(/\.proofpress\/$/, "");
    said.append(link);
    return said;
  }

  function place(fault) {
    return fault.path + (fault.line ? ":" + fault.line : "");
  }

  function panel(faults) {
    var shown = element("section", "panel");
    shown.setAttribute("aria-label", "Mistakes");
    faults.forEach(function (fault, index) {
      var item = element("article");
      item.append(element("p", "place", place(fault)), element("p", "message", fault.message));
      if (fault.hint) item.append(element("p", "hint", fault.hint));
      if (fault.excerpt.length) item.append(excerpt(fault, !index || place(fault) !== place(faults[index - 1])));
      shown.append(item);
    });
    var button = element("button", "", "Hide until the next one");
    button.type = "button";
    button.onclick = function () {
      hidden = JSON.stringify(faults);
      told = "";
      tell();
    };
    shown.prepend(button);
    return shown;
  }

  function excerpt(fault, isOpen) {
    var fold = element("details");
    fold.open = isOpen;
    fold.append(element("summary", "", "Source"));
    var text = element("pre");
    text.tabIndex = 0;
    fault.excerpt.forEach(function (row) {
      var shown = element("span", row[0] === fault.line ? "row at" : "row", String(row[0]).padStart(5) + "  " + row[1] + "\n");
      text.append(shown);
    });
    fold.append(text);
    return fold;
  }

  function othersLine(faults) {
    var wrong = faults.filter(function (fault) { return !fault.is_warning; });
    var first = wrong[0] || faults[0];
    var more = faults.length > 1 ? " (and " + (faults.length - 1) + " more: see the terminal)" : "";
    var said = line((wrong.length ? "Mistake in " : "Warning about ") + place(first) + ": " + first.message + more);
    if (!wrong.length) said.className = "line warning";
    return said;
  }

  // --- Cards whose tests run

  function markChecking() {
    document.querySelectorAll("[data-proofpress-checking]").forEach(function (mark) { mark.remove(); });
    (news ? news.checking : []).forEach(function (slug) {
      var id = CSS.escape("evidence-" + slug);
      document.querySelectorAll("#" + id + " > summary > .state:first-of-type, .evidence:has(> a[href='#" + id + "']) > .state").forEach(function (state) {
        var mark = element("span", "", " – checking…");
        mark.dataset.proofpressChecking = slug;
        state.append(mark);
      });
    });
  }

  listen();
})();
