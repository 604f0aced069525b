// The planning grid: rows from the page, one change at a time to the server, only what moved painted again.
import "tabulator-tables/dist/css/tabulator_simple.min.css";
import "./grid/grid.css";
import { startBar } from "./grid/bar";
import { GridModel, type GridConfig } from "./grid/model";
import { startKeyboard } from "./grid/keyboard";
import { GridTable } from "./grid/table";

const holder = document.getElementById("grid");
const config = document.getElementById("grid-config")?.textContent;
if (holder && config) {
  const model = new GridModel(JSON.parse(config) as GridConfig);
  const table = new GridTable(holder, model);
  const bar = startBar(model, table);
  startKeyboard(holder, table, bar);
}
