// Alignments side by side: one map each, all moving together; a click says where the unit is in each.
import "./map/map.css";
import "./map/compare.css";
import { startComparison } from "./map/comparison";

const canvases = [...document.querySelectorAll<HTMLElement>("[data-compare-map]")];
if (canvases.length) void startComparison(canvases, document.getElementById("compare-unit"));
