// What pages load: fragments (htmx) and the islands. Pages work without it.
import "./fragment";
import "./keys";
import "./palette";
import "./cite";

document.documentElement.dataset.ready = ""; // for tests in a browser
