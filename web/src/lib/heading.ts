/** Attached to what holds a page: tells the page's main heading, now and whenever it changes. */
export function heading(tell: (name: string) => void) {
  return (page: HTMLElement) => {
    const look = () => tell(page.querySelector('h1')?.textContent.trim() ?? '');
    const observer = new MutationObserver(look);
    observer.observe(page, { subtree: true, childList: true, characterData: true });
    look();
    return () => observer.disconnect();
  };
}
