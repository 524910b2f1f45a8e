"""What the theme says inside of texts: in the language of the page, wherever the text is shown."""

from __future__ import annotations

import json
import re

import pytest

from tests.builder.project import Project, note

BODY = """\
## १

| २ |
|---|
| ३ |

- [ ] ४
- [x] ५

```python {.untested reason="<६>"}
x = 1
```
"""
SAID = {
    "en": ["Link to this section", "Table 1", "To do", "Done", "not tested: <६>"],
    "hi": ["इस खंड का लिंक", "तालिका 1", "बाकी", "पूरा", "जाँचा नहीं गया: <६>"],
    "zh": ["本节链接", "表 1", "待办", "已完成", "未测试：<६>"],
}


def words_in(html: str) -> list[str]:
    found = re.findall(r'aria-label="([^"]*)"|code-note">([^<]*)<', html)
    return [(label or note).replace("&lt;", "<").replace("&gt;", ">") for label, note in found]


@pytest.mark.parametrize("language", SAID)
def test_a_text_speaks_the_language_of_its_page(project: Project, language: str) -> None:
    project.write("posts/a.md", note("A", BODY, lang=language)).build()

    (entry,) = json.loads(project.read("feed.json"))["items"]
    assert words_in(entry["content_html"]) == SAID[language]
    html = project.main("posts/a/index.html").partition('class="prose">')[2]
    assert words_in(html)[: len(SAID[language])] == SAID[language]
    for feed in ("atom.xml", "rss.xml"):
        assert f'aria-label="{SAID[language][0]}"' in project.read(feed).replace("&quot;", '"')


def test_a_site_can_say_it_in_its_own_words(project: Project) -> None:
    project.write("templates/strings/en.toml", 'table_number = "Tbl. {n}"\n')
    project.write("posts/a.md", note("A", BODY)).build()

    assert 'aria-label="Tbl. 1"' in project.main("posts/a/index.html")


def test_the_search_finds_why_code_is_not_tested(project: Project) -> None:
    body = '```python {.untested reason="needs a socket"}\nx = 1\n```'
    project.write("posts/a.md", note("A", body, lang="zh")).build()

    assert "needs a socket" in project.read("search/0.js")
