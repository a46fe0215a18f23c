"use strict";
// Draws the schools where they lie. Without this script the table says the same.
(() => {
  const figure = document.getElementById("school-map");
  if (!figure || !window.L) return;
  const drawn = JSON.parse(document.getElementById("map-drawn").textContent);
  // Told apart by their signs too, in grey and by whoever does not tell colours.
  const SIGNS = { met: "", near: "△", below: "▼", missing: "？" };
  figure.hidden = false;
  const map = L.map(figure.querySelector(".map-place"), { attributionControl: false, zoomSnap: 0.25 });
  const outline = L.polygon(drawn.outline, {
    color: "#5b6573", weight: 1.5, fillColor: "#eef3f8", fillOpacity: 1, interactive: false,
  });
  const bounds = L.latLngBounds(drawn.dots.map((one) => one.at));
  if (drawn.outline.length) bounds.extend(outline.getBounds());
  map.fitBounds(bounds.pad(0.08), { maxZoom: 15 });
  outline.addTo(map);
  for (const one of drawn.dots) {
    const sign = document.createElement("span");
    sign.textContent = SIGNS[one.status] ?? SIGNS.missing;
    const icon = L.divIcon({ className: `map-dot ${one.status}`, html: sign, iconSize: [24, 24] });
    const told = document.createElement("span");
    told.textContent = one.told;
    const marker = L.marker(one.at, { icon }).bindTooltip(told).addTo(map);
    marker.getElement().setAttribute("aria-label", one.told);
    const open = () => { location.href = one.url; };
    marker.on("click", open);
    marker.on("keydown", (key) => { if (key.originalEvent.key === "Enter") open(); });
  }
  figure.classList.add("is-drawn");
})();
