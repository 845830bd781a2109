// Single keys. They never fire while something is typed, with Ctrl, Alt or Meta, or
// where the reader switched them off (WCAG 2.1.4).
import { closeAside } from "./fragment";

const on = () => document.documentElement.dataset.keys !== "off";

function typing(e: Event): boolean {
  const t = e.target as HTMLElement;
  return t.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(t.tagName) && !/^(checkbox|radio|button|submit)$/.test((t as HTMLInputElement).type);
}

// items are what j and k go through.
const items = () => [...document.querySelectorAll<HTMLElement>("[data-item]")];
let at = -1;

function step(by: number): void {
  const all = items();
  if (!all.length) return;
  all[at]?.classList.remove("at");
  at = Math.max(0, Math.min(all.length - 1, at + by));
  all[at].classList.add("at");
  all[at].scrollIntoView({ block: "nearest" });
  const link = all[at].querySelector<HTMLElement>("a[href]") ?? all[at];
  link.focus({ preventScroll: true });
  all[at].querySelector<HTMLElement>("[data-preview]")?.click();
}

// press clicks what the page marks with the key; the element says the rest. What is
// marked as an item's own key counts in the item that the reader is at, and nowhere else.
function press(key: string): boolean {
  const within = items()[at];
  const what = `[data-key="${CSS.escape(key)}"]`, own = `[data-item-key="${CSS.escape(key)}"]`;
  const el = within?.querySelector<HTMLElement>(own) ?? within?.querySelector<HTMLElement>(what) ?? document.querySelector<HTMLElement>(what);
  if (!el) return false;
  if (el.matches("input, select, textarea")) el.focus(); else el.click();
  return true;
}

function help(): void {
  const d = document.getElementById("keys") as HTMLDialogElement | null;
  if (d?.open) d.close(); else d?.showModal();
}

let going = 0; // when g was pressed
let alone = 0; // waits for what follows g; nothing does where a page has a key g by itself
document.addEventListener("keydown", (e) => {
  if (e.ctrlKey || e.altKey || e.metaKey || e.defaultPrevented) return;
  if (e.key === "Escape") {
    if (document.querySelector("dialog[open]")) return; // closes itself
    if (typing(e)) (e.target as HTMLElement).blur();
    else closeAside();
    return;
  }
  if (!on() || typing(e) || document.querySelector("dialog[open]:not(#keys)")) return;
  let done = true;
  clearTimeout(alone);
  if (e.key === "g" && document.querySelector('[data-key="g"]')) alone = setTimeout(() => { going = 0; press("g"); }, 700);
  if (going && Date.now() - going < 1500) done = press("g " + e.key);
  else if (e.key === "j") step(1);
  else if (e.key === "k") step(-1);
  else if (e.key === "?") help();
  else if (e.key === "u" && !press("u")) history.back();
  else if (e.key !== "g" && e.key.length === 1 && e.key !== " ") done = press(e.key);
  else done = false;
  going = e.key === "g" ? Date.now() : 0;
  if (done) e.preventDefault();
});
document.addEventListener("htmx:after:swap", () => { if (at >= items().length) at = -1; });
