// Changes go to the server one after another; what it answers is shown, never what was hoped for.
import { toast } from "../page/toast";
import { type Config, filled, type Moved, type Place, type Refusal, type Texts } from "./config";
import type { GridModel } from "./model";
import { send } from "./server";
import type { GridTable } from "./table";

export interface Cell {
  place: Place;
  text?: string;
  amount?: string;
}

export class Changes {
  onDone: (moved: Moved) => void = () => {};
  onRefused: (refusal: Refusal, again: (version: number, rule?: string, value?: string) => Promise<boolean>) => void = () => {};
  rule = () => "none";
  takeReason = () => "";
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly model: GridModel,
    private readonly table: GridTable,
    private readonly text: Texts,
  ) {}

  /** Sets one node to what was typed. */
  edit(place: Place, value: string, version: number, rule = this.rule()): Promise<boolean> {
    const body = { ...place, value, rule, reason: this.takeReason(), version };
    return this.send("PATCH", "cells", body, (newer, otherRule, otherValue) =>
      this.edit(place, otherValue ?? value, newer, otherRule ?? rule),
    );
  }

  /** Sets many nodes as one operation. */
  block(cells: Cell[], kind: "paste" | "fill", version: number): Promise<boolean> {
    const given = cells.map(({ place, ...said }) => ({ ...place, ...said }));
    return this.send("POST", "block", { cells: given, kind, reason: this.takeReason(), version });
  }

  step(name: "undo" | "redo"): Promise<boolean> {
    return this.send("POST", name, {});
  }

  /** One change; resolves to whether it was made. */
  send(
    method: string,
    url: keyof Config["urls"],
    body: object,
    again: (version: number, rule?: string, value?: string) => Promise<boolean> = () => Promise.resolve(false),
  ): Promise<boolean> {
    const made = this.last.then(async () => {
      this.table.holder.setAttribute("aria-busy", "true");
      const asked = { ...body, show: this.table.asked };
      const answer = await send<Moved>(method, this.model.config.urls[url], asked, this.text["failed"] ?? "");
      this.table.holder.removeAttribute("aria-busy");
      if (answer.refusal) {
        this.onRefused(answer.refusal, again);
        return false;
      }
      this.model.expire();
      this.table.take(answer.done.piece);
      this.onDone(answer.done);
      if (answer.done.cells_changed) toast(filled(this.text["saved"], { n: answer.done.cells_changed.toLocaleString() }));
      requestAnimationFrame(() => document.body.dispatchEvent(new Event("targets:changed")));
      return true;
    });
    this.last = made;
    return made;
  }
}
