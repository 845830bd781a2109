// What pages load: fragments (htmx) and the islands. Pages work without it.
import "./fragment";
import "./keys";
import "./palette";
import "./cite";
import "./board";
import "./passkey";

document.documentElement.dataset.ready = ""; // for tests in a browser
