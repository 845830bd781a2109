// Networks too large for a picture of lines and names: drawn by sigma, with the
// places that the server gave, so that two readers see one picture. Loaded where
// such a network stands, and nowhere else. The table below it has all it shows.
import Graph from "graphology";
import Sigma from "sigma";
import type { NodeLabelDrawingFunction } from "sigma/rendering";

// What the page gives: nodes as [label, address, kind, x, y, links, focus], links as
// [from, to, how many] by place in the list of nodes.
interface Network { nodes: [string, string, number, number, number, number, boolean][]; links: [number, number, number][] }

const step = 60; // pixels that a key moves the picture by

export function draw(el: HTMLElement) {
  const data = JSON.parse(el.dataset.network ?? "{}") as Network;
  const style = getComputedStyle(el);
  const token = (name: string) => canvasColour(el, style.getPropertyValue(name));
  const kinds = [0, 1, 2, 3, 4, 5].map((k) => token(`--kind-${k}`));
  const graph = new Graph({ type: "undirected", multi: false });
  data.nodes.forEach(([label, , kind, x, y, links, focus], i) => {
    graph.addNode(i, { label, x, y, color: kinds[kind], size: focus ? 9 : Math.min(2 + Math.log2(1 + links) / 2, 7), forceLabel: focus });
  });
  const rule = token("--rule");
  for (const [a, b, count] of data.links) {
    if (a !== b && !graph.hasEdge(a, b)) graph.addEdge(a, b, { color: rule, size: Math.min(0.5 + Math.log2(1 + count) / 4, 3) });
  }
  const ink = token("--ink"), paper = token("--sheet");
  // A name is drawn with the paper around its letters, so that lines do not run into it.
  const name: NodeLabelDrawingFunction = (on, node, settings) => {
    if (!node.label) return;
    const x = node.x + node.size + 3, y = node.y + settings.labelSize / 3;
    on.font = `${settings.labelWeight} ${settings.labelSize}px ${settings.labelFont}`;
    Object.assign(on, { lineWidth: 4, lineJoin: "round", strokeStyle: paper, fillStyle: ink });
    on.strokeText(node.label, x, y);
    on.fillText(node.label, x, y);
  };
  const place = document.createElement("div");
  place.className = "canvas";
  el.prepend(place);
  const sigma = new Sigma(graph, place, {
    hideEdgesOnMove: true, labelDensity: 0.6, labelGridCellSize: 110, labelRenderedSizeThreshold: 5,
    labelFont: style.fontFamily, labelSize: 13, allowInvalidContainer: true,
    defaultDrawNodeLabel: name, defaultDrawNodeHover: name,
  });
  sigma.on("clickNode", ({ node }) => { location.assign(data.nodes[Number(node)][1]); });
  sigma.on("enterNode", () => { place.classList.add("over"); });
  sigma.on("leaveNode", () => { place.classList.remove("over"); });

  const camera = sigma.getCamera();
  const moves: Record<string, () => void> = {
    in: () => { void camera.animatedZoom({ duration: 0 }); },
    out: () => { void camera.animatedUnzoom({ duration: 0 }); },
    whole: () => { camera.setState({ x: 0.5, y: 0.5, ratio: 1, angle: 0 }); },
  };
  el.querySelectorAll<HTMLButtonElement>("button[data-move]").forEach((b) => {
    b.hidden = false;
    b.addEventListener("click", () => moves[b.dataset.move!]?.());
  });
  const by: Record<string, [number, number]> = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] };
  el.addEventListener("keydown", (e) => {
    const d = by[e.key];
    if (d) {
      const a = sigma.viewportToFramedGraph({ x: 0, y: 0 }), b = sigma.viewportToFramedGraph({ x: d[0], y: d[1] });
      const at = camera.getState();
      camera.setState({ x: at.x + b.x - a.x, y: at.y + b.y - a.y });
    } else if (e.key === "+" || e.key === "-") moves[e.key === "+" ? "in" : "out"]();
    else if (e.key === "Home") moves.whole();
    else return;
    e.preventDefault();
    e.stopPropagation();
  });
  el.dataset.drawn = ""; // for tests in a browser
  return () => sigma.kill();
}

// canvasColour is a colour of the style sheet as a canvas takes it: light-dark() and
// the like are worked out first.
function canvasColour(el: HTMLElement, colour: string): string {
  const probe = document.createElement("span");
  probe.style.color = colour;
  el.append(probe);
  const out = getComputedStyle(probe).color;
  probe.remove();
  return out;
}
