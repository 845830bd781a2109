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

document.documentElement.dataset.ready = ""; // for tests in a browser
