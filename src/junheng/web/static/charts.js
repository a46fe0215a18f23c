"use strict";
// Draws every figure.chart from the JSON beside it. Without this script the tables say the same.
(() => {
  const COLOURS = {
    met: "#2f8f4e", near: "#d9a514", below: "#c23b2e", missing: "#8a94a3",
    "": "#2b6cb0", other: "#8fb7e3",
  };
  // Told apart in grey too, by how dark they are.
  const LINES = ["#14304f", "#c23b2e", "#2f8f4e", "#d9a514", "#6f2da8", "#2b6cb0", "#8a94a3"];
  const SIGNS = ["circle", "rect", "triangle", "diamond", "pin", "arrow", "roundRect"];
  const FONT = getComputedStyle(document.body).fontFamily;

  const shown = (value, chart) =>
    value === null || value === undefined ? "—" : Number(value).toFixed(chart.decimals) + chart.unit;

  function series(one, at, chart) {
    const colour = COLOURS[one.status] ?? COLOURS[""];
    const drawn = {
      name: one.name,
      type: chart.kind === "lines" ? "line" : "bar",
      stack: chart.kind === "stack" ? "all" : undefined,
      data: one.values.map((value, place) => ({
        value,
        itemStyle: one.statuses.length ? { color: COLOURS[one.statuses[place]] } : undefined,
      })),
      color: chart.kind === "lines" || (chart.kind === "stack" && !one.status) ? LINES[at % LINES.length] : colour,
      symbol: SIGNS[at % SIGNS.length],
      barMaxWidth: 28,
      symbolSize: 8,
      connectNulls: false,
      label: { show: chart.kind === "lines" && chart.series.length < 3, formatter: (told) => shown(told.value, chart) },
    };
    if (at === 0 && chart.marks.length) {
      drawn.markLine = {
        symbol: "none",
        silent: true,
        lineStyle: { color: "#3d4753", type: "dashed" },
        data: chart.marks.map((mark, place) => ({
          name: `${mark.name} ${mark.value}`, yAxis: mark.value,
          label: {
            formatter: "{b}", color: "#14304f",
            position: place % 2 ? "insideStartTop" : "insideEndTop",
          },
        })),
      };
    }
    return drawn;
  }

  function option(chart) {
    const many = chart.names.length > 24, lying = chart.kind === "rows";
    const names = {
      type: "category", data: chart.names, inverse: lying,
      axisLabel: {
        interval: many ? "auto" : 0, width: lying ? 150 : 62, fontSize: 11,
        overflow: lying ? "truncate" : "break",
      },
    };
    const values = { type: "value", minInterval: chart.decimals ? 0 : 1 };
    return {
      aria: { enabled: true, decal: { show: chart.series.length > 1 } },
      textStyle: { fontFamily: FONT },
      animation: false,
      grid: { left: 8, right: 16, top: 36, bottom: many ? 40 : 8, containLabel: true },
      legend: { show: chart.series.length > 1, top: 0, left: 0 },
      // Not as HTML: the page lets no script write styles into it.
      tooltip: {
        trigger: "axis", renderMode: "richText", axisPointer: { type: "shadow" },
        valueFormatter: (value) => shown(value, chart),
      },
      xAxis: lying ? values : names,
      yAxis: lying ? names : values,
      dataZoom: many ? [{ type: "slider", height: 18, bottom: 8 }, { type: "inside" }] : [],
      series: chart.series.map((one, at) => series(one, at, chart)),
    };
  }

  function draw(figure) {
    const chart = JSON.parse(document.getElementById(figure.dataset.chart).textContent);
    figure.hidden = false;
    const place = figure.querySelector(".chart-place");
    const drawn = window.echarts.init(place, null, { renderer: "canvas" });
    drawn.setOption(option(chart));
    if (chart.links.length) {
      drawn.on("click", (told) => { if (chart.links[told.dataIndex]) location.href = chart.links[told.dataIndex]; });
    }
    new ResizeObserver(() => drawn.resize()).observe(place);
    figure.querySelector("button").addEventListener("click", () => {
      const link = document.createElement("a");
      link.href = drawn.getDataURL({ type: "png", pixelRatio: 2, backgroundColor: "#fff" });
      link.download = `${chart.title}.png`;
      link.click();
    });
  }

  function drawAll() { document.querySelectorAll("figure.chart[hidden]").forEach(draw); }
  drawAll();
  document.addEventListener("htmx:afterSwap", drawAll);
  document.querySelectorAll("[data-print]").forEach((one) => one.addEventListener("click", () => window.print()));
})();
