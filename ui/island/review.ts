// Pairs of a review, one after the other. The next ones are fetched while one is looked
// at; an answer shows the next at once, and is sent behind it. Without this the forms
// of the pairs do the same, a page each.
import { html, renew } from "./fragment";

const ahead = new Map<string, Promise<string | null>>();
const most = 8; // fetched and not shown yet

const form = () => document.querySelector<HTMLFormElement>("form.verdicts[data-ahead]");
const bare = (address: string): string => {
  const u = new URL(address, location.href);
  u.searchParams.delete("last");
  return u.pathname + u.search;
};

function fetchAhead(): void {
  for (const address of (form()?.dataset.ahead ?? "").split(" ").filter(Boolean)) {
    const key = bare(address);
    if (ahead.has(key)) continue;
    ahead.set(key, fetch(address, { headers: { "HX-Request": "true" } }).then((r) => (r.ok && !r.redirected ? r.text() : null)).catch(() => null));
    if (ahead.size > most) ahead.delete(ahead.keys().next().value!);
  }
}

function show(text: string, address: string): void {
  const main = document.getElementById("main")!;
  main.innerHTML = html(text);
  history.pushState(null, "", address);
  renew(main);
  document.title = (main.querySelector("h1")?.textContent ?? "") + " · Overt";
  window.scrollTo(0, 0);
  fetchAhead();
}

// Answers are sent one after the other, in the order they were given.
let sending: Promise<void> = Promise.resolve();

document.addEventListener("submit", (e) => {
  const f = e.target as HTMLFormElement;
  if (f !== form() || e.defaultPrevented) return;
  const next = f.dataset.ahead?.split(" ")[0];
  const kept = next ? ahead.get(bare(next)) : undefined;
  if (!next || !kept) return; // the form goes by itself
  e.preventDefault();
  if (f.dataset.sent) return;
  f.dataset.sent = "1";
  const body = new URLSearchParams(new FormData(f, e.submitter as HTMLElement) as unknown as Record<string, string>);
  const to = f.action;
  const sent = sending.then(() => fetch(to, { method: "POST", body, headers: { "HX-Request": "true" } }));
  sending = sent.then(async (r) => {
    const text = await r.text();
    if (!r.ok) { // what was refused is told on the page of its pair
      show(text, bare(to));
      return;
    }
    const here = document.getElementById("last");
    const said = new DOMParser().parseFromString(html(text), "text/html");
    if (here && bare(r.url) === bare(location.href)) {
      here.replaceWith(said.getElementById("last")!);
      const running = said.getElementById("running");
      if (running) document.getElementById("running")?.replaceWith(running);
      history.replaceState(null, "", new URL(r.url).pathname + new URL(r.url).search);
    }
  }).catch(() => location.assign(bare(to)));
  void kept.then((text) => { if (text) show(text, next); else void sending.then(() => location.assign(next)); });
});

// Skipping shows what was fetched, too.
document.addEventListener("click", (e) => {
  const a = (e.target as Element).closest<HTMLAnchorElement>("form.verdicts a[rel='next']");
  if (!a || e.ctrlKey || e.metaKey || e.shiftKey || e.button) return;
  const kept = ahead.get(bare(a.href));
  if (!kept) return;
  e.preventDefault();
  void kept.then((text) => { if (text) show(text, bare(a.href)); else location.assign(a.href); });
});

window.addEventListener("popstate", () => { if (form() || location.pathname.startsWith("/review/")) location.reload(); });
fetchAhead();
