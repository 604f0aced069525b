// Loaded by every page: the look, and the small behaviours that pages declare by attribute.
import "@tabler/core/dist/css/tabler.min.css";
import "./page/theme.css";
import "./page/shell.css";
import "./page/parts.css";
import "./page/imports.css";
import "@tabler/core/dist/js/tabler.esm.js";
import htmx from "htmx.org";
import { startCharts } from "./page/charts";
import { startConfirm, wakeConfirm } from "./page/confirm";
import { startDrop } from "./page/drop";
import { startFullscreen } from "./page/fullscreen";
import { startNeeds } from "./page/needs";
import { startHtmx } from "./page/requests";

startHtmx();
startConfirm();
wakeConfirm(document);
startDrop();
startFullscreen(document);
startNeeds(document);
startCharts(document);
htmx.onLoad((part) => {
  wakeConfirm(part as HTMLElement);
  startCharts(part as HTMLElement);
});
