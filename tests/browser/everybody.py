"""What keeps a page from being used by everybody, as far as a program can see (docs/design/interface.md)."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

FAULTS = """() => {
  const faults = [];
  const seen = (e) => e.checkVisibility() && e.getBoundingClientRect().width > 1;
  if (document.querySelectorAll('h1').length !== 1) faults.push('not exactly one h1');
  if (!document.documentElement.lang) faults.push('no language');
  if (document.documentElement.scrollWidth > innerWidth) faults.push('wider than the screen');
  const ids = [...document.querySelectorAll('[id]')].map((e) => e.id);
  if (new Set(ids).size !== ids.length) faults.push('an id stands twice');
  for (const e of document.querySelectorAll('button, a.button, input, select, textarea, [role=slider]')) {
    const box = (e.closest('label') ?? e).getBoundingClientRect();
    if (seen(e) && (box.width < 24 || box.height < 24)) faults.push(`smaller than 24 px: ${e.outerHTML}`);
  }
  for (const e of document.querySelectorAll('nav a span')) {
    const text = document.createRange();
    text.selectNodeContents(e);
    const lines = new Set([...text.getClientRects()].map((box) => Math.round(box.top))).size;
    if (seen(e) && lines > e.textContent.trim().split(/\\s+/).length) faults.push(`a broken word: ${e.textContent}`);
  }
  for (const e of document.querySelectorAll('img')) if (!e.hasAttribute('alt')) faults.push('an img without alt');
  for (const e of document.querySelectorAll('[aria-describedby], [aria-labelledby]')) {
    const names = `${e.getAttribute('aria-describedby') ?? ''} ${e.getAttribute('aria-labelledby') ?? ''}`;
    for (const id of names.split(' ').filter(Boolean)) if (!document.getElementById(id)) faults.push(`no #${id}`);
  }
  const tabs = [...document.querySelectorAll('nav')].find((e) => getComputedStyle(e).position === 'fixed');
  const covered = document.querySelector(':modal') !== null; // by a dialog, which lies over the tabs as well
  for (const e of document.querySelectorAll('main :is(a, button, input, select), footer button')) {
    if (!tabs || covered || !seen(e) || e.disabled) continue;
    e.focus({ focusVisible: true });
    const under = e.getBoundingClientRect().bottom > tabs.getBoundingClientRect().top + 1;
    if (under) faults.push(`focus under the tabs: ${e.outerHTML}`);
  }
  return faults;
}"""
NAMELESS = re.compile(
    r"^\s*- (?:button|link|textbox|checkbox|slider|img|dialog)(?: \[[^\]]*\])*:?$", re.MULTILINE
)


def faults_of(page: Page, heading: str | re.Pattern[str]) -> list[str]:
    """Everything that is wrong with the page, once its heading stands there."""
    expect(page.get_by_role("heading", name=heading, level=1)).to_be_visible()
    found: list[str] = page.evaluate(FAULTS)
    return [*found, *(line.strip() for line in NAMELESS.findall(page.locator("body").aria_snapshot()))]
