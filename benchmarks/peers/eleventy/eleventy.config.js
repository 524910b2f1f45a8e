// Eleventy's settings for the benchmark: posts, paged home, paged tags, one Atom feed, and nothing else.
import { feedPlugin } from "@11ty/eleventy-plugin-rss";
import highlight from "@11ty/eleventy-plugin-syntaxhighlight";
import footnote from "markdown-it-footnote";

const PER_PAGE = 10;

// One item for each page of each tag: Eleventy pages one list at a time.
function tagPages(api) {
  const byTag = new Map();
  for (const post of api.getFilteredByTag("posts").reverse()) {
    for (const tag of post.data.tags) {
      if (tag === "posts") continue;
      if (!byTag.has(tag)) byTag.set(tag, []);
      byTag.get(tag).push(post);
    }
  }
  const pages = [];
  for (const [tag, posts] of byTag) {
    const total = Math.ceil(posts.length / PER_PAGE);
    for (let number = 1; number <= total; number += 1) {
      const items = posts.slice((number - 1) * PER_PAGE, number * PER_PAGE);
      const path = number === 1 ? `/tags/${tag}/` : `/tags/${tag}/page/${number}/`;
      pages.push({ tag, number, total, items, path });
    }
  }
  return pages;
}

export default function (config) {
  config.addPlugin(highlight);
  config.addPlugin(feedPlugin, {
    type: "atom",
    outputPath: "/atom.xml",
    collection: { name: "posts", limit: 20 },
    metadata: {
      language: "en",
      title: "A corpus",
      subtitle: "",
      base: "https://corpus.example/",
      author: { name: "A. Author" },
    },
  });
  config.amendLibrary("md", (md) => md.use(footnote));
  config.addCollection("tagPages", tagPages);
  config.addFilter("moment", (date) => date.toISOString());
  config.addFilter("day", (date) => date.toISOString().slice(0, 10));
  return {
    dir: { input: "content", includes: "../_includes", output: "site" },
    markdownTemplateEngine: false, // the posts hold no template code: saves one pass over each
    htmlTemplateEngine: "njk",
  };
}
