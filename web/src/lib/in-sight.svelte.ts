/**
 * Whether somebody can see it: it is on the screen or nearly so, and the page is not behind another one. undefined
 * while that is not known yet.
 */
export function inSight(element: () => Element | undefined) {
  let near: boolean | undefined = $state();
  let hidden = $state(document.hidden);

  $effect(() => {
    const seen = element();
    if (!seen) return;
    const observer = new IntersectionObserver(([entry]) => (near = entry?.isIntersecting ?? false), {
      rootMargin: '100px',
    });
    observer.observe(seen);
    const turned = () => (hidden = document.hidden);
    document.addEventListener('visibilitychange', turned);
    return () => {
      observer.disconnect();
      document.removeEventListener('visibilitychange', turned);
    };
  });

  return {
    get current() {
      return near === undefined ? undefined : near && !hidden;
    },
  };
}
