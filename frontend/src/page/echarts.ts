// The parts of ECharts we use, in the product's colours. Tooltips are drawn on the canvas: an HTML tooltip
// carries style attributes, which the content security policy forbids.
import { BarChart, HeatmapChart, LineChart, PieChart, ScatterChart, TreemapChart } from "echarts/charts";
import {
  AriaComponent,
  DataZoomComponent,
  DatasetComponent,
  GridComponent,
  LegendComponent,
  MarkAreaComponent,
  MarkLineComponent,
  TooltipComponent,
  VisualMapComponent,
} from "echarts/components";
import * as echarts from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";

/** An ECharts option; `unit` (万元, %) is written behind every value of the tooltip. */
export type ChartOption = echarts.EChartsCoreOption & { unit?: string; tooltip?: object; series?: Series | Series[] };

interface Series {
  id?: string;
  itemStyle?: object;
}

/** The same thing has the same colour in every chart: give its series this id. */
const COLOUR_OF: Record<string, string> = { target: "#cbd5e1", actual: "#0f766e", before: "#d97706", forecast: "#5eaaa4" };

echarts.use([
  BarChart, HeatmapChart, LineChart, PieChart, ScatterChart, TreemapChart, AriaComponent, DataZoomComponent,
  DatasetComponent, GridComponent, LegendComponent, MarkAreaComponent, MarkLineComponent, TooltipComponent,
  VisualMapComponent, CanvasRenderer,
]);

const TEXT = "#475569";
const LINE = "#e2e8f0";
const axis = {
  axisLine: { show: false },
  axisTick: { show: false },
  axisLabel: { color: TEXT },
  splitLine: { lineStyle: { color: LINE } },
};

echarts.registerTheme("quyu", {
  color: ["#0f766e", "#94a3b8", "#d97706", "#4f46e5", "#be185d", "#65a30d", "#0369a1", "#7c2d12"],
  textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
  grid: { left: 8, right: 16, top: 40, bottom: 8, containLabel: true },
  legend: { textStyle: { color: TEXT }, icon: "roundRect", itemWidth: 12, itemHeight: 8, left: 0 },
  categoryAxis: { ...axis, splitLine: { show: false }, axisLine: { show: true, lineStyle: { color: LINE } } },
  valueAxis: axis,
  timeAxis: { ...axis, splitLine: { show: false } },
  bar: { barMaxWidth: 28, itemStyle: { borderRadius: [3, 3, 0, 0] } },
  line: { symbolSize: 6, lineStyle: { width: 2 } },
});

const numbers = new Intl.NumberFormat("zh-CN", { maximumFractionDigits: 2 });

export function create(canvas: HTMLElement, { unit, ...option }: ChartOption): echarts.ECharts {
  const chart = echarts.init(canvas, "quyu");
  chart.setOption({
    aria: { enabled: true },
    animation: !window.matchMedia("(prefers-reduced-motion: reduce)").matches,
    ...option,
    series: coloured(option.series),
    tooltip: {
      trigger: "axis",
      confine: true,
      ...(unit ? { valueFormatter: (value: unknown) => `${format(value)} ${unit}` } : {}),
      ...option.tooltip,
      renderMode: "richText",
    },
  });
  return chart;
}

function coloured(series: ChartOption["series"]): Series[] {
  const list = Array.isArray(series) ? series : series ? [series] : [];
  return list.map((one) => {
    const color = one.id && COLOUR_OF[one.id];
    return color ? { ...one, itemStyle: { color, ...one.itemStyle } } : one;
  });
}

function format(value: unknown): string {
  return typeof value === "number" ? numbers.format(value) : String(value ?? "—");
}
