// The map of an alignment: territories in colour, one unit at a time in the panel, moves in a draft.
import "./map/map.css";
import { startTerritoryMap } from "./map/territory-map";

const canvas = document.getElementById("territory-map");
if (canvas) void startTerritoryMap(canvas);
