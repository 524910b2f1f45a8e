# ruff: noqa: E501  # code is written the way people write it
"""A short program in each language that the notebook and the benchmark use.

Data for the tests of `highlight` and `fast_lexer`: strings, comments, Unicode, and at the end of
each something that its lexer does not expect.
"""

from typing import Final

_PYTHON = r'''
#!/usr/bin/env python3
"""Weighted means — naïvely, then with care."""
from __future__ import annotations

import math as m
from dataclasses import dataclass, field

π = 3.141_592e0
MASK = 0xFF_00 | 0b1010 | 0o17 ^ ~1_000j


@dataclass(frozen=True)
class Point[T: float](Base, metaclass=Meta):
    r"""A raw \d docstring,
    on two lines."""

    x: float = 0.0
    tags: list[str] = field(default_factory=list)

    async def norm(self, *args: int, **kw) -> float | None:
        if self.x is None or not (self.x >= 1e-9 and True):
            raise ValueError(f"bad {self.x!r:>{10}} at {m.sqrt(2):.3f}\n" + rb"\x00\N{DASH}".decode())
        async with lock as l:
            return await self.other(lambda y: y @ self.x // 2 ** 3)

    @property
    def __len__(self): return len({k: v for k, v in kw.items() if k != 'ключ'})


match point:
    case Point(x=0) | [1, *_]:
        print('%s is %05.2f%%' % ("a", .5), file=sys.stderr, end='')
    case _: pass
x = 'unterminated \
$ ? 08 €
'''

_JAVASCRIPT = r"""
// @ts-check
import { readFile as rf, default as d } from 'node:fs/promises';
export const π = 3.14e-2, big = 0xFFn, mask = 0b11 | 0o7;

/** Adds. @param {number} a */
async function* add(a, b = 1, ...rest) {
  const re = /[/\]]+(?<year>\d{4})\/gi/u.test(`sum: ${a + `${b}`} \u{1F600}`);
  if (a !== b && !re || typeof a === 'undefined') throw new TypeError("it's \"no\"\n");
  for await (const [k, v] of Object.entries({ ...rest, 'key-1': null, get x() { return 1; } })) {
    yield* k?.[v]?.(a ??= b ** 2) ?? NaN;
  }
  label: while (true) { break label; }
  return a / b / 2;
}
class Дом extends HTMLElement {
  static #secret = new Map();
  constructor() { super(); this.#secret = `multi
line ${this.x}`; }
}
document.querySelector('#a').addEventListener('click', e => { e.preventDefault(); }, false);
var s = 'unterminated
@ # \ é
"""

_TYPESCRIPT = r"""
import type { Foo } from "./foo";
export abstract class Store<T extends object = {}> implements Foo {
  private readonly items: Map<string, T[]> = new Map<string, T[]>();
  constructor(public name?: string, protected n: number = 0x1F) { super(); }
  @Input() value!: Partial<Record<keyof T, unknown>> | undefined;
  get<K extends keyof T>(key: K): T[K] | never { return this.items.get(`k:${String(key)}`)![0][key] as any; }
}
enum Colour { Red = 'RED', Größe = 1 << 3 }
declare module "x" { interface Y { (a: string): asserts a is "b"; [k: string]: boolean } }
type Fn = typeof import('fs') extends infer U ? U : never;   /* 多行
comment */
function over(this: Window, x: bigint): void;
namespace N.M { export const a = <const>["a", 1n, null]; }
let r = a < b / c > d / e;
const u: unique symbol = Symbol('x') satisfies symbol; `open
"""

_RUST = r"""
//! Crate docs — with ünïcode
#![allow(dead_code)]
use std::{collections::HashMap, fmt::{self, Display}};

/// A point.
#[derive(Debug, Clone, PartialEq)]
pub struct Point<'a, T: Display + 'static> where T: Copy {
    pub x: T, name: &'a str, raw: r#type,
}
impl<'a, T> fmt::Display for Point<'a, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "({:>8.3}, {name})\n\t\u{1F980}", self.x)?;
        let bytes = b"\x00raw" as &[u8]; let c = 'c'; let q = '\''; let s = r#"a "quoted" \ "#;
        'outer: loop { if 1_000u64 << 3 >= 0xFF_i32 as u64 || !true { break 'outer; } }
        match self.x { 0..=9 => Ok(()), n if n > 2.5e-3f64 => unsafe { std::mem::transmute(n) }, _ => unreachable!() }
    }
}
/* block /* nested */ still */
async fn run() -> Result<Vec<u8>, Box<dyn std::error::Error>> { let x = fut.await?; Some(x).map(|v| v + 1); }
macro_rules! m { ($e:expr, $($t:tt)*) => { $e; } }
let s = "open é ` \
"""

_C = r"""
/* Sum with compensation — Kahan */
#include <stdio.h>
#include "local.h"
#define MAX(a, b) ((a) > (b) ? (a) : \
                   (b))
#if defined(__GNUC__) && !0
# error "no" // comment
#endif
typedef struct node { uint8_t bits : 3; struct node *next; } node_t;
static inline double kahan(const float *restrict x, size_t n)
{
    volatile unsigned long long mask = 0xFFULL | 0b11 | 017u; double s = 0.5e-3f, c = .0;
    for (size_t i = 0; i < n; ++i) { double y = x[i] - c, t = s + y; c = (t - s) - y; s = t; }
    if (!x || n == 0) goto fail;
    switch (n) { case 'a': case '\n': case L'\x41': return sizeof(int); default: break; }
    printf("sum = %5.2f%%\t\"%s\"\n" u8"größe", s, "cont\
inued");
    return s; // done
fail:
    return -1;
}
int main(void) { char *s = "open
@ ` é } 'x
"""

_CPP = r"""
#include <vector>
#pragma once
namespace a::b { using std::string_view; }
template <typename T, class... Ts> requires std::integral<T>
class [[nodiscard]] Matrix final : public Base<T>, private virtual Other {
public:
    explicit constexpr Matrix(std::initializer_list<T> v) noexcept(false) : data_{v}, n_(0) {}
    virtual ~Matrix() = default;
    auto operator<=>(const Matrix&) const -> bool = delete;
    friend std::ostream& operator<<(std::ostream& os, const Matrix& m) { return os << R"x(raw " )" text)x" << '\''; }
private:
    std::vector<T> data_; mutable int n_ = 1'000'000; static thread_local char16_t c = u'é';
};
int main(int argc, char** argv) try {
    auto f = [&, x = 0x1.8p3](auto&& y) mutable { return x + static_cast<int>(y) ?: nullptr; };
    if constexpr (sizeof...(Ts) > 0 and not false) co_await f(1.0f);
    for (auto& [k, v] : map) std::cout << k << "\n" << std::endl; /* 漢字 */
    delete[] p; throw std::runtime_error{"bad"s};
} catch (...) { return EXIT_FAILURE; }
#if 0
dead code
#endif
"open ` @ \
"""

_CUDA = r"""
#include <cuda_runtime.h>
// Each block sums 2·256 numbers
__constant__ float c_filter[9];
template <int K>
__global__ void __launch_bounds__(256) conv(const float* __restrict__ x, float* y, int n) {
    __shared__ float tile[256 + K - 1];
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    tile[threadIdx.x] = i < n ? __ldg(&x[i]) : 0.0f;
    __syncthreads();
#pragma unroll
    for (int k = 0; k < K; ++k) acc = __fmaf_rn(c_filter[k], tile[threadIdx.x + k], acc);
    if (warpSize == 32 && !(i & 31)) atomicAdd(y, __shfl_down_sync(0xffffffffu, acc, 16));
}
int main() { dim3 grid((n + 255) / 256), block(256);
    conv<3><<<grid, block, 0, stream>>>(x, y, n); cudaError_t e = cudaDeviceSynchronize(); float4 v = {1, 2}; }
`é
"""

_GO = r"""
// Package main — demo
package main

import (
	"fmt"
	m "math"
)

type Shape[T any] interface{ Area() (float64, error); ~int | ~string }
type pt struct { X, Y int `json:"x,omitempty"` }

const ( A = iota << 1; B = 0x1p-2; C = 'é'; D = '\n'; E = 1_000i )

func (p *pt) Area(ctx context.Context, xs ...int) (r float64, err error) {
	defer func() { if e := recover(); e != nil { err = fmt.Errorf("bad: %w\t\u00e9", e.(error)) } }()
	ch := make(chan<- int, 3); go func() { ch <- len(xs) &^ 0b11 }()
	for i, x := range xs { switch { case x >= 0 && i != 2: continue; default: fallthrough } }
	select { case v, ok := <-c: _ = v; _ = ok; }
	var f func(int) map[string][]byte = nil
	return m.Sqrt(.5e3) + float64(p.X), nil /* 世界
*/
}
var raw = `multi
line \n`
var s = "open
# ? @ $
"""

_JAVA = r'''
package org.example.demo;
import static java.util.Map.*;
import java.util.List;

/** A service. @author nobody */
@SuppressWarnings({"unchecked", "raw"})
public final class Größe<T extends Comparable<? super T>> extends Base implements Runnable, I {
    private static final long MAX = 0x7FFF_FFFFL; double d = 1.5e-3f; char c = '\u00e9', q = '\'';
    public record P(int x, String... y) { P { if (x < 0) throw new IllegalArgumentException("x: " + x); } }
    @Override
    public synchronized <R> List<R> run(final int[] xs) throws Exception {
        var s = switch (xs.length) { case 0, 1 -> "few\t"; default -> { yield "many"; } };
        String text = """
            a "block"
            text""" + s;
        label:
        for (int x : xs) { if (x instanceof Integer i && i >>> 2 != 0) continue label; assert x > 0 : "no"; }
        return list.stream().map(Object::toString).filter(v -> !v.isEmpty()).toList(); // ok
    }
    enum E { A, B; }  sealed interface S permits A {}
    int f() { return a < b ? 0b11 : true ? null : 'x
# ` \
'''

_BASH = r"""
#!/bin/bash
set -euo pipefail  # strict — ja
readonly NAME="${1:-world}" n=$((2 ** 10 + 0x1F)) arr=(a 'b c' "$d" $'\t')
greet() {
  local -r msg="Hello, ${NAME^^} ${#arr[@]} $(date +%F | tr -d '-' ) `pwd` \"q\" $$ $? $1"
  if [[ -f "$HOME/.rc" && ! $msg =~ ^[a-z]+$ ]] || test -z "$x"; then
    echo "$msg" >&2 | tee -a out.txt &>/dev/null
  elif ((n >= 3)); then return 1; else exit 0; fi
  case "$1" in -h|--help) usage;; *.txt) : ;; *) shift ;; esac
  for f in *.py {1..3}; do [ -n "$f" ] || continue; done
  while read -r line; do export X=$line; done < <(grep -c 'é' file)
}
cat <<-'EOF' > out
	text $not ${expanded}
	EOF
cat <<EOF
text ${expanded}
EOF
curl -fsSL https://example.org/a?b=c\&d -o /tmp/x && sudo make -j4 CC=gcc || true
alias ll='ls -la'; trap 'rm -f "$t"' EXIT; echo ${a//x/y} ${b%%.*} 'open
"""

_CONSOLE = r"""
$ python -m venv .venv && . .venv/bin/activate
$ pip install "numpy>=2" \
>   --quiet
Successfully installed numpy-2.4.6

[user@host ~]$ echo "$HOME" | wc -c   # größe
11
root@box:/tmp# for f in *; do
>   echo $f
> done
a.txt
~/src % ls
(venv) $ cat <<EOF
> x
> EOF
Traceback (most recent call last):
"""

_SQL = r"""
-- Top customers, größte zuerst
WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < 100)
SELECT c.id AS "Id", COUNT(*) total, AVG(o.price)::numeric(10, 2), 'it''s' || E'\n', :name, @v
FROM customers c LEFT OUTER JOIN orders AS o ON o.customer_id = c.id AND o.date >= DATE '2026-01-01'
WHERE c.name NOT LIKE '%é_' AND (c.age BETWEEN 18 AND 6.5e1 OR c.x IS NULL) /* multi
line */
GROUP BY c.id HAVING SUM(o.price) > 1000 ORDER BY total DESC NULLS LAST LIMIT 10 OFFSET 5;
CREATE TABLE IF NOT EXISTS `t` (id SERIAL PRIMARY KEY, v VARCHAR(20) DEFAULT 'x' NOT NULL, b BOOLEAN);
INSERT INTO t (v) VALUES ('a'), (NULL) ON CONFLICT DO NOTHING RETURNING *;
create or replace function f(a int) returns trigger as $$ begin raise notice '%', a; end; $$ language plpgsql;
GRANT select ON t TO public; DROP INDEX ix; # mysql
select 'open ? [x] ~ ſELECT
"""

_JSON = r"""
{
  "name": "größe", "empty": {}, "list": [1, -2.5e+10, true, false, null, "a\"b\\\u00e9\n"],
  "nested": {"a": {"b": [[], [{}]]}}, // comment
  /* block
     comment */
  "url": "https://example.org/?q=1&r=<x>",
  "bad": [01, nul, 'single', NaN, ],
  key: "open
}
"""

_YAML = r"""
%YAML 1.2
---
# größe
name: &anchor "build \u00e9 \"q\""
on: {push: {branches: [main, 'it''s', !!str 12]}, pull_request: ~}
jobs:
  test: !custom
    runs-on: ${{ matrix.os }}
    <<: *anchor
    steps:
      - uses: actions/checkout@v4   # comment
      - run: |
          make test
            indented: "text"

          last
      - name: >-
          folded text
          goes on
        when: 2026-11-21T10:00:00Z
        ? complex key
        : - 1.5e3
          - 0x1F
          - null
    日本: 語
  - bad: [unclosed, "string
...
@reserved `x
"""

_TOML = r'''
# größe
title = "Example \u00e9 \"q\""
[owner.'quoted key']
dob = 1979-05-27T07:32:00.5-08:00
time = 07:32:00
"key with space".sub = [1, 2.5e-3, 0xFF, 0b1, inf, -nan, true, [ 'literal\n', """multi
line \
text""" ]]
[[products]]   # array
inline = { x = 1_000, y.z = false }
text = 'raw \'
bad = @ 'open
é = 1
'''

_HTML = r"""
<!DOCTYPE html>
<!-- größe & <b> -->
<html lang="de" data-x='1' hidden>
<head><meta charset=utf-8><title>A &amp; B &#x1F600; &bogus</title>
<style media="print">/* css */ a:hover > .b#c::before { color: #fff; content: "\201C"; margin: -1.5em !important }</style>
<script type="module">const a = `x ${1 < 2}`; // js
if (a && !b) { document.write('<p>' + "</p>"); }</script>
<script type="application/json">{"a": 1}</script>
</head>
<body class="a b" onclick="go('x', 1)" style="color: red; top: 0">
<p title="un>closed">Text <em>kursiv</em><br/> 漢字 <?php echo 1 ?> <svg:rect x=1 /></P>
<a href=https://example.org/?a=1&b=2>x</a> 1 < 2 & 3 <![CDATA[ x ]]>
<script>open
"""

_CSS = r"""
@charset "utf-8";
@import url("a.css") screen;
:root { --größe: 1.5rem; --x: var(--y, #fff); }
/* comment
   on two lines */
@media (min-width: 40em) and (prefers-color-scheme: dark) {
  body > main.a#b:not(.c)::after, a[href^="http" i]:hover ~ p + em:nth-child(2n + 1) {
    font: italic bold .8em/1.2 "Fira Code", monospace; color: rgba(0, 10%, 20, .5) !important;
    background: url(data:image/png;base64,AA==) no-repeat; width: calc(100% - (2 * 1px)); content: '\201C \'';
    transform: rotate(-45deg) translate(10px, 5vh); -webkit-box-flex: 1; transition: all 200ms ease-in-out;
  }
}
@font-face { font-family: X; src: url(x.woff2) format("woff2"); unicode-range: U+26; }
@keyframes k { from { top: 0 } 50.5% { top: 1E3px } to { top: auto } }
.a { &:hover { color: RED } } } @x $y { 'open
"""

_DIFF = r"""
diff --git a/größe.py b/größe.py
index 83db48f..bf2a1c3 100644
--- a/größe.py
+++ b/größe.py
@@ -1,4 +1,5 @@ def f():
 context <b> & "q"
-old line
+new line
+	tab
! changed
\ No newline at end of file
Only in x: y
===
"""

_VB = r"""
Option Explicit
' Two proportions, pooled — größe
#Const DEBUG = True
Imports System.Math
Public Function ZTest(ByVal x1 As Double, ByRef n1 As Long, Optional s As String = "a""b") As Variant
    Dim p As Double, d As Date: d = #1/2/2026 10:00:00 AM#
    If n1 <= 0 Or Not IsNumeric(x1) Then
        ZTest = CVErr(2015) : Exit Function
    ElseIf x1 <> &HFF And x1 >= 1.5E-3 Mod 2 Then
        For i = 1 To 10 Step 2: p = p + x1 / n1 ^ 2 \ 3: Next i
    End If
    Select Case p
        Case 0 To 1, Is > 5: Debug.Print "p = " & Format(p, "0.00") _
            & vbCrLf
        Case Else: Err.Raise 5
    End Select
    Do While True: Loop
    REM old comment
    On Error GoTo Fail
    Set ws = Application.WorksheetFunction
    ZTest = 2 * (1 - ws.Norm_S_Dist(Abs(p), True))
End Function
Private Sub X(): MsgBox $"open {p}
@ ~ é ? `
"""

_INI = r"""
; größe
# comment
[section "sub"]
key = value ; not a comment
path=C:\a "quoted"
multi = a
    b
empty =
[unclosed
no value here
é: 1
"""

_MAKEFILE = r"""
# größe
CC ?= gcc
SRC := $(wildcard *.c) $(patsubst %.c,%.o,${X})
export PATH
.PHONY: all clean
all: $(OBJ) | dir ; @echo done
%.o: %.c
	@$(CC) -c $< -o $@ $(CFLAGS) \
		-Wall # comment
	-rm -f "$$HOME/x"
ifeq ($(shell uname),Linux)
include x.mk
endif
define f =
echo $(1)
endef
$(call f,a
"""

_DOCKER = r"""
# syntax=docker/dockerfile:1
ARG V=3.11
FROM --platform=$BUILDPLATFORM python:${V}-slim AS base
ENV A=1 B="größe $V"
RUN apt-get update \
    && apt-get install -y --no-install-recommends git=1:2 \
    # comment
    && rm -rf /var/lib/apt/lists/*
COPY --from=base --chown=1:1 ["a b", "/x"]
WORKDIR /app
EXPOSE 80/tcp
HEALTHCHECK --interval=5m CMD curl -f http://localhost/ || exit 1
USER nobody
ENTRYPOINT ["python", "-m", "x"]
ONBUILD RUN echo "open
é @
"""

_LATEX = r"""
% größe
\documentclass[12pt]{article}
\usepackage{amsmath}
\begin{document}
\section*{Über $x^2$ & more} Text \emph{kursiv} \\[2pt] \% 100\,\$
\[ \int_0^\infty e^{-x^2} \, dx = \frac{\sqrt{\pi}}{2} \]
$$ a_{ij} \leq \text{if } b $$ \( \alpha \)
\begin{align} f(x) &= \sum_{n=0}^N x_n \\ &\ge 0 \label{eq:1} \end{align}
\verb|a_b| \newcommand{\x}[1]{#1}
\end{document} $ open
"""

_R = r"""
# größe
library(stats); x <- c(a = 1L, `b c` = 2.5e-3, NA, TRUE, 0x1FL, 1i)
f <- function(n, ...) { if (is.null(n) || n %in% x && !F) return(invisible(NULL)) else stop("bad\t\"q\"") }
for (i in seq_len(10)) { x[[i]] <<- x$a @ slot; next }
y ~ x + I(z^2) - 1; z = 'it\'s' -> w; df |> subset(a >= 3) %>% head()
while (TRUE) break; repeat { Inf; NaN; NULL }; s <- r"(raw)"; \(x) x + 1; é <- 1
'open
? @ `
"""

_JULIA = r'''
# größe
module Demo
using LinearAlgebra: norm, ⋅
#= block #= nested =# =#
abstract type Shape{T<:Real} <: Any end
struct Point{T} <: Shape{T}; x::T; ŷ::Vector{Float64}; end
"""
    area(s) docs $x
"""
function area(p::Point{T}; k=1.5e-3, args...)::T where {T}
    α₁ = 0xff | 0b10 + 1_000im; s = "sum $(α₁ + 1) $x \n \u00e9"; c = 'é'; sym = :name
    if α₁ ≤ 2 && !(x in 1:2:10) || isnothing(nothing); return @. sin(x) ^ 2 ./ 3 end
    for i ∈ eachindex(v), j = 1:3; v[i, end] += j'; end
    r = r"a\d+"i; b = b"bytes"; cmd = `echo $x`; raw"\n"
    map(x -> x |> f, [1 2; 3 4]) ; x === missing ? true : false
end
macro m(ex) :( $(esc(ex)) ) end; try; catch e; finally; end
end
"open $( `
'''

_LUA = r"""
-- größe
--[[ block
comment ]] --[==[ other ]] ]==]
local M <const> = { a = 1, ["b c"] = 0xFF, 3.5e-2; nested = {} }
function M.f(self, ...)
  local s = "q\"\n\u{e9}" .. 'it\'s' .. [[raw
text]] .. [=[ x ]] ]=]
  if not s or #s >= 3 and s ~= nil then return true elseif s == false then goto done end
  for i, v in ipairs({...}) do print(i // 2 ~ v << 1) end
  for i = 1, 10, 2 do repeat break until i > 3 end
  ::done:: while true do coroutine.yield(self:g "x") end
  return setmetatable({}, M), math.pi, _G.x
end
"open
@ ` é
"""

SAMPLES: Final = {
    "bash": _BASH,
    "c": _C,
    "console": _CONSOLE,
    "cpp": _CPP,
    "css": _CSS,
    "cuda": _CUDA,
    "diff": _DIFF,
    "docker": _DOCKER,
    "go": _GO,
    "html": _HTML,
    "ini": _INI,
    "java": _JAVA,
    "javascript": _JAVASCRIPT,
    "json": _JSON,
    "julia": _JULIA,
    "latex": _LATEX,
    "lua": _LUA,
    "makefile": _MAKEFILE,
    "python": _PYTHON,
    "r": _R,
    "rust": _RUST,
    "sql": _SQL,
    "toml": _TOML,
    "typescript": _TYPESCRIPT,
    "vb.net": _VB,
    "yaml": _YAML,
}
