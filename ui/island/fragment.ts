// Fragments by htmx, under Trusted Types. What the server sends is the one HTML
// that is ever put into a page; scripts in it do not run, by the policy of content.
import htmx from "htmx.org/dist/htmx.esm.js";

interface Trusted { createHTML(s: string): unknown; createScript(s: string): unknown }
const types = (window as unknown as { trustedTypes?: { createPolicy(name: string, rules: object): Trusted } }).trustedTypes;
const policy = types?.createPolicy("overt", {
  createHTML: (s: string) => s,
  createScript: () => { throw new TypeError("no script comes in a fragment"); },
});
if (policy) {
  htmx.registerExtension("overt", {
    init(api: { initSecurity(p: Trusted): void }) { api.initSecurity(policy); },
  });
}

// html is text of the server as what may be put into a page.
export const html = (text: string): string => (policy ? policy.createHTML(text) : text) as string;

// renew makes what was put into a page by other means work as if it had been there.
export function renew(el: HTMLElement): void { htmx.process(el); }

// What is opened beside takes the focus, so that it is read out, and gives it back.
let from: HTMLElement | null = null;
document.addEventListener("htmx:after:swap", () => {
  const aside = document.getElementById("aside");
  if (!aside?.firstElementChild || aside.contains(document.activeElement)) return;
  const item = document.activeElement?.closest("[data-item].at");
  if (item?.querySelector("[data-preview]") && !document.activeElement?.closest("[hx-target='#aside']")) return; // J goes on through the list, and Enter opens
  if (document.activeElement instanceof HTMLElement && document.activeElement.closest("[hx-target='#aside']")) {
    from?.classList.remove("open");
    from = document.activeElement;
    from.classList.add("open");
  }
  aside.querySelector<HTMLElement>("h2")?.focus();
});

// closeAside empties the place beside the page and says whether there was anything.
export function closeAside(): boolean {
  const aside = document.getElementById("aside");
  if (!aside?.firstElementChild) return false;
  aside.replaceChildren();
  from?.classList.remove("open");
  from?.focus();
  from = null;
  return true;
}

document.addEventListener("click", (e) => {
  const close = (e.target as Element).closest("[data-close-aside]");
  if (close && closeAside()) e.preventDefault();
});

// put shows HTML that the server sent in place of what an element holds.
export function put(el: HTMLElement, html: string): void {
  el.innerHTML = (policy ? policy.createHTML(html) : html) as string;
}
