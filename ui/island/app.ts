// What pages load: fragments (htmx) and the islands. Pages work without it.
import "./fragment";
import "./keys";
import "./palette";
import "./cite";
import "./board";
import "./network";
import "./report";
import "./review";
import "./import";
import "./passkey";

// On a telephone the screens and views stand in a row that is wider than it: the one that
// is open comes into sight.
for (const here of document.querySelectorAll(".nav [aria-current=page], .tabs [aria-current=page]")) {
  const row = here.parentElement!;
  const [a, b] = [here.getBoundingClientRect(), row.getBoundingClientRect()];
  row.scrollLeft += (a.left + a.right - b.left - b.right) / 2;
}

// For tests in a browser: the page is ready when htmx knows its links, which it looks
// for when the document is whole.
const ready = () => setTimeout(() => { document.documentElement.dataset.ready = ""; });
if (document.readyState === "complete") ready();
else document.addEventListener("DOMContentLoaded", ready);
