// The search: loaded when a reader first asks for it. It fetches the index that was written with the site, and looks through
// it here: no word of what is searched leaves the browser.
(function () {
  "use strict";

  // --- Words: the same rules as in builder/render/search_tokens.py; a table of cases holds both to it.

  var UNSEEN = /[\u00ad\u200b-\u200d\u2060\ufeff]/g;
  var RUN = /[\p{L}\p{M}\p{N}_]+(?:\.[\p{L}\p{M}\p{N}_]+)*/gu;
  var NUMBER = /^[0-9]+(?:\.[0-9]+)*$/;
  var HUMP = /(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/;
  var UNSPACED = /([\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u{20000}-\u{3ffff}]+)/u;
  var IS_SIGNS = /^[._]*$/;

  function findRuns(text) {
    return text.replace(UNSEEN, "").normalize("NFKC").match(RUN) || [];
  }

  // [whole, part, part, …] of a run without Chinese and Japanese.
  function splitWord(run) {
    if (IS_SIGNS.test(run)) return [];
    if (NUMBER.test(run)) return [run];
    var parts = [run];
    run.split(".").forEach(function (name) {
      parts.push(name);
      name.split("_").forEach(function (word) {
        parts.push(word);
        parts = parts.concat(word.split(HUMP));
      });
    });
    parts = parts.filter(function (part) { return !IS_SIGNS.test(part); });
    return Array.from(new Set(parts.map(function (part) { return part.toLowerCase(); })));
  }

  // Each piece of a run, and whether it is Chinese or Japanese.
  function splitRun(run) {
    return run.split(UNSPACED).map(function (piece, number) {
      return number % 2 ? { unspaced: Array.from(piece) } : { word: piece.replace(/^\.+|\.+$/g, "") };
    });
  }

  function findTokens(text) {
    var tokens = [];
    findRuns(text).forEach(function (run) {
      splitRun(run).forEach(function (piece) {
        if (!piece.unspaced) tokens = tokens.concat(splitWord(piece.word));
        else piece.unspaced.forEach(function (char, at) {
          tokens.push(char);
          if (at + 1 < piece.unspaced.length) tokens.push(char + piece.unspaced[at + 1]);
        });
      });
    });
    return tokens;
  }

  // --- Queries: every word must be on a page, whole or in its parts, perhaps as a beginning or with a typo.

  var FIELDS = ["title", "headings", "names", "tags", "text"];

  function isLoose(term) {
    return !UNSPACED.test(term) && !/^[0-9.]+$/.test(term);
  }

  var OPTIONS = {
    fields: FIELDS,
    tokenize: findTokens,
    processTerm: function (term) { return term; },
    searchOptions: {
      // A term of a query is a token already.
      tokenize: function (term) { return [term]; },
      boost: { title: 5, names: 3, headings: 2.5, tags: 2 },
      prefix: function (term) { return term.length > 1 && isLoose(term); },
      fuzzy: function (term) { return isLoose(term) && term.length > 3 ? (term.length > 7 ? 2 : 1) : false; },
      weights: { fuzzy: 0.2, prefix: 0.5 }
    }
  };

  function askFor(query, combineWith) {
    var queries = [];
    findRuns(query).forEach(function (run) {
      splitRun(run).forEach(function (piece) {
        if (piece.unspaced) {
          var chars = piece.unspaced;
          var pairs = chars.slice(1).map(function (char, at) { return chars[at] + char; });
          queries.push({ combineWith: "AND", queries: pairs.length ? pairs : chars });
        } else {
          var parts = splitWord(piece.word);
          if (parts.length > 1)
            queries.push({ combineWith: "OR", queries: [parts[0], { combineWith: "AND", queries: parts.slice(1) }] });
          else if (parts.length) queries.push(parts[0]);
        }
      });
    });
    return queries.length ? { combineWith: combineWith, queries: queries } : null;
  }

  // --- The index: what it is like, the engine, the shards; each a script that calls back.

  var MOST = 30;
  var shards = [];
  var about = null;
  var loading = null;
  var hasFailed = false;

  function loadScript(url) {
    return new Promise(function (resolve, reject) {
      var script = document.createElement("script");
      script.src = url;
      script.onload = resolve;
      script.onerror = reject;
      document.head.append(script);
    });
  }

  function loadStyle(url) {
    return new Promise(function (resolve) {
      var link = document.createElement("link");
      link.rel = "stylesheet";
      link.href = url;
      link.onload = link.onerror = resolve;
      document.head.append(link);
    });
  }

  function place() {
    var known = document.querySelector("a.search-link") || document.querySelector("form.search-form");
    return known.href || known.action;
  }

  function loadAbout() {
    return loadScript(new URL("about.js", place()).href).then(function () { return loadStyle(about.style); });
  }

  function loadIndex(onShard) {
    if (!loading) {
      loading = loadScript(about.engine).then(function () {
        var all = [];
        for (var number = 0; number < about.shards; number++)
          all.push(loadScript(new URL(number + ".js", place()).href).then(onShard));
        return Promise.all(all);
      });
      loading.catch(function () { hasFailed = true; loading = null; }).then(onShard);
    }
  }

  function addShard(value) {
    shards[value.number] = { pages: value.pages, index: globalThis.MiniSearch.loadJS(value.index, OPTIONS) };
  }

  function isWhole() {
    return about !== null && Object.keys(shards).length === about.shards;
  }

  function find(query) {
    var found = [];
    ["AND", "OR"].some(function (combineWith) {
      var asked = askFor(query, combineWith);
      if (asked) shards.forEach(function (shard) {
        shard.index.search(asked).forEach(function (hit) {
          found.push({ score: hit.score, page: shard.pages[hit.id], terms: hit.terms });
        });
      });
      return found.length;
    });
    return found.sort(function (a, b) { return b.score - a.score || (a.page[0] < b.page[0] ? -1 : 1); });
  }

  // --- Passages: the piece of a page that has the most of the words, and where they stand in it.

  var LETTER = "[\\p{L}\\p{M}\\p{N}]";
  var BEFORE = 60;
  var WIDTH = 220;

  function patternOf(terms, isStrict) {
    var sorted = terms.slice().sort(function (a, b) { return b.length - a.length; });
    var alternatives = sorted.map(function (term) {
      var escaped = term.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
      return !isStrict || UNSPACED.test(term) ? escaped : "(?<!" + LETTER + ")" + escaped + "(?!" + LETTER + ")";
    });
    return new RegExp(alternatives.join("|"), "giu");
  }

  function spotsIn(text, pattern) {
    return Array.from(text.matchAll(pattern)).slice(0, 200);
  }

  // Where a passage should begin so that the most different words are in it: [how many, position].
  function bestSpot(spots) {
    var best = [0, 0];
    spots.forEach(function (spot, at) {
      var words = new Set();
      for (var next = at; next < spots.length && spots[next].index < spot.index + WIDTH - BEFORE; next++)
        words.add(spots[next][0].toLowerCase());
      if (words.size > best[0]) best = [words.size, spot.index];
    });
    return best;
  }

  function findPassage(page, terms) {
    var best = { count: 0, section: null, start: 0, pattern: patternOf(terms, true) };
    [true, false].some(function (isStrict) {
      var pattern = patternOf(terms, isStrict);
      page[4].forEach(function (section) {
        var spot = bestSpot(spotsIn(section[2], pattern));
        // Under a heading that has the word, the text begins where the section does.
        if (!spot[0] && spotsIn(section[1], pattern).length) spot = [0.5, 0];
        if (spot[0] > best.count) best = { count: spot[0], section: section, start: spot[1], pattern: pattern };
      });
      return best.count;
    });
    var section = best.section || page[4][0] || ["", "", ""];
    return { anchor: section[0], heading: section[1], text: cut(section[2], best.start), pattern: best.pattern };
  }

  function cut(text, at) {
    var start = Math.max(0, at - BEFORE);
    if (start) {
      // From a word's beginning, where words are parted by spaces.
      var space = text.indexOf(" ", start);
      if (space >= 0 && space < at) start = space + 1;
    }
    var end = Math.min(text.length, start + WIDTH);
    var last = text.lastIndexOf(" ", end);
    if (end < text.length && last > at + WIDTH / 3) end = last;
    // Never through the middle of a character.
    if (/[\udc00-\udfff]/.test(text.charAt(start))) start--;
    if (/[\udc00-\udfff]/.test(text.charAt(end))) end++;
    return (start ? "…" : "") + text.slice(start, end) + (end < text.length ? "…" : "");
  }

  function markWords(element, text, pattern) {
    var from = 0;
    spotsIn(text, pattern).forEach(function (spot) {
      if (!spot[0]) return;
      element.append(text.slice(from, spot.index), make("mark", "", spot[0]));
      from = spot.index + spot[0].length;
    });
    element.append(text.slice(from));
    return element;
  }

  // --- What readers see: a field, how many were found, and the pages by kind.

  function make(tag, name, text) {
    var element = document.createElement(tag);
    if (name) element.className = name;
    if (text) element.textContent = text;
    return element;
  }

  function wordsOf() {
    var lang = document.documentElement.lang;
    return about.words[lang] || about.words[lang.split("-")[0]] || about.words.en;
  }

  function addressOf(page, anchor) {
    var file = location.protocol === "file:" ? "index.html" : "";
    return encodeURI(about.base + page[0]).replace(/[?#]/g, encodeURIComponent) + file +
      (anchor ? "#" + encodeURIComponent(anchor) : "");
  }

  function showPage(hit) {
    var page = hit.page;
    var passage = findPassage(page, hit.terms);
    var item = make("li", "search-hit");
    var link = make("a");
    var lang = page[3] || about.language;
    if (lang !== document.documentElement.lang) item.lang = lang;
    link.href = addressOf(page, passage.anchor);
    link.append(markWords(make("span", "search-title"), page[2], passage.pattern));
    if (passage.heading) link.append(" ", markWords(make("span", "search-heading"), passage.heading, passage.pattern));
    item.append(link, markWords(make("p"), passage.text, passage.pattern));
    return item;
  }

  function showHits(hits, box) {
    var words = wordsOf();
    var kinds = new Map();
    hits.slice(0, MOST).forEach(function (hit) {
      var kind = hit.page[1];
      if (!kinds.has(kind)) kinds.set(kind, []);
      kinds.get(kind).push(hit);
    });
    box.replaceChildren();
    kinds.forEach(function (members, kind) {
      var list = make("ul");
      members.forEach(function (hit) { list.append(showPage(hit)); });
      box.append(make("h2", "", words[kind]), list);
    });
  }

  // One search: a form with its field, and what was found below it. `onQuery` is told what is asked.
  function Search(form, onQuery) {
    var field = form.querySelector("input");
    var count = make("p", "search-count");
    var box = make("div", "search-results");
    var timer = 0;
    count.setAttribute("role", "status");
    form.after(count, box);

    function look() {
      var query = field.value.trim();
      var words = wordsOf();
      onQuery(query);
      if (!query) {
        count.textContent = words.search_keys;
        box.replaceChildren();
        return;
      }
      var hits = find(query);
      var said = hits.length === 1 ? words.search_one : hits.length ? words.search_many : words.search_none;
      if (!isWhole()) said = hasFailed ? words.search_failed : words.search_loading;
      showHits(hits, box);
      count.textContent = said.replace("{n}", hits.length);
    }

    function follow(event) {
      var links = Array.from(box.querySelectorAll("a"));
      var at = links.indexOf(document.activeElement);
      if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
      if (event.key === "ArrowDown" && at + 1 < links.length) links[at + 1].focus();
      else if (event.key === "ArrowUp" && at >= 0) (links[at - 1] || field).focus();
      else if (at >= 0 && (event.key === "Backspace" || (event.key.length === 1 && event.key !== " "))) {
        // Who goes on typing goes on asking.
        field.focus();
        return;
      } else return;
      event.preventDefault();
    }

    function soon() {
      clearTimeout(timer);
      timer = setTimeout(look, 120);
    }

    field.addEventListener("input", soon);
    form.parentNode.addEventListener("keydown", follow);
    loadIndex(soon);
    this.look = look;
    this.box = box;
    this.field = field;
  }

  // --- The dialog, on any page. The browser holds the focus in it, gives it back, and closes it on Escape.

  var dialog = null;
  var search = null;

  function makeDialog() {
    var words = wordsOf();
    var form = make("form");
    var field = make("input");
    var close = make("button", "", words.search_close);
    field.type = "search";
    field.setAttribute("aria-label", words.search_for);
    field.placeholder = words.search_for;
    field.setAttribute("autocomplete", "off");
    field.spellcheck = false;
    close.type = "button";
    form.setAttribute("role", "search");
    form.append(field, close);
    dialog = make("dialog", "search-dialog");
    dialog.setAttribute("aria-label", words.search);
    dialog.append(form);
    document.body.append(dialog);
    search = new Search(form, function () {});
    close.addEventListener("click", function () { dialog.close(); });
    form.addEventListener("submit", function (event) {
      event.preventDefault();
      search.look();
      var first = search.box.querySelector("a");
      if (first) first.click();
    });
    // A page in the same document is reached without leaving it.
    dialog.addEventListener("click", function (event) {
      if (event.target === dialog || event.target.closest("a")) dialog.close();
    });
  }

  function open() {
    var form = document.querySelector("form.search-form");
    if (form) return Promise.resolve(form.querySelector("input").select());
    return ready().then(function () {
      if (!dialog) makeDialog();
      if (!dialog.open) dialog.showModal();
      search.look();
      search.field.select();
    });
  }

  var readiness = null;

  function ready() {
    if (!readiness) {
      readiness = loadAbout();
      // What failed once may come when it is asked for again.
      readiness.catch(function () { readiness = null; });
    }
    return readiness;
  }

  // --- The page of the search: what is asked stands in the address, so that it can be kept and gone back to.

  function startPage(form) {
    var field = form.querySelector("input");

    function asked() {
      return new URLSearchParams(location.search).get("q") || "";
    }

    // The first letter of a new question is a place to go back from; the next ones change it.
    var isNew = true;

    function note(query) {
      if (query === asked()) return;
      var url = location.pathname + (query ? "?q=" + encodeURIComponent(query) : "");
      history[isNew ? "pushState" : "replaceState"](null, "", url);
      isNew = false;
    }

    form.hidden = false;
    field.value = asked();
    form.addEventListener("submit", function (event) { event.preventDefault(); });
    ready().then(function () {
      search = new Search(form, note);
      form.addEventListener("submit", function () {
        search.look();
        isNew = true;
      });
      addEventListener("popstate", function () {
        field.value = asked();
        search.look();
        isNew = true;
      });
      search.look();
    }).catch(function () {
      form.after(make("p", "search-count", form.dataset.failed));
    });
    field.focus();
  }

  globalThis.proofpressSearch = {
    about: function (value) { about = value; },
    shard: addShard,
    open: open,
    // For tests outside of a browser.
    tokens: findTokens,
    find: find,
    passage: findPassage,
    options: OPTIONS
  };

  var page = globalThis.document && document.querySelector("form.search-form");
  if (page) startPage(page);
})();
