// The planning grid: a piece of the plan from the page, one change at a time to the server, what moved lights up.
import "./grid/grid.css";
import { Bar } from "./grid/bar";
import { Block } from "./grid/block";
import { Changes } from "./grid/changes";
import type { Config, Texts } from "./grid/config";
import { Dialogs } from "./grid/dialogs";
import { Editor } from "./grid/editor";
import { startKeyboard } from "./grid/keyboard";
import { GridModel } from "./grid/model";
import { startPointer } from "./grid/pointer";
import { Result } from "./grid/result";
import { GridTable } from "./grid/table";
import { startNarrow, startView } from "./grid/view";

function start(holder: HTMLElement, config: Config, text: Texts): void {
  const model = new GridModel(config);
  const table = new GridTable(holder, model, text);
  const changes = new Changes(model, table, text);
  const dialogs = new Dialogs(text);
  const editor = new Editor(table, model, changes, text);
  const block = new Block(table, model, changes, text);
  const bar = new Bar(model, table, changes, dialogs);
  const result = new Result(changes, text, config.unit, () => model.version, () => table.reload());
  editor.onHint = block.onHint = bar.hint;
  changes.onDone = (moved) => {
    result.moved(moved);
    bar.refresh();
  };
  changes.onRefused = (refusal, again) => {
    result.refused(refusal, again, bar.isShown);
    bar.hint(refusal.message);
  };
  startKeyboard(table, model, editor, changes, block, text);
  startPointer(table, model, editor, block);
  startView(model, table);
  startNarrow(model, changes, dialogs);
}

const read = (id: string): unknown => JSON.parse(document.getElementById(id)?.textContent ?? "null");
const [holder, config, texts] = [document.getElementById("grid"), read("grid-config"), read("grid-texts")];
if (holder && config && texts) start(holder, config as Config, texts as Texts);
