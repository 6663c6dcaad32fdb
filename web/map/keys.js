// The map by keyboard: arrows walk from thing to thing, Enter opens it (it is a link), + - 0 zoom, Shift with arrows moves.

const moves = { ArrowLeft: [60, 0], ArrowRight: [-60, 0], ArrowUp: [0, 60], ArrowDown: [0, -60] };

export function listen_to_keys(element, { model, pan_zoom, fit, focus }) {
  element.addEventListener("keydown", event => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const done = event.key === "+" || event.key === "=" ? (pan_zoom.zoom(1.3), true)
      : event.key === "-" ? (pan_zoom.zoom(1 / 1.3), true)
      : event.key === "0" ? (fit(), true)
      : event.key in moves ? (event.shiftKey ? (pan_zoom.pan(...moves[event.key]), true) : walk(event)) : false;
    if (done) event.preventDefault();
  });

  function walk(event) {
    const key = event.target.closest("a[data-key]")?.dataset.key;
    const place = key && model.layout.places.get(key);
    if (!place) return false;
    const next = nearest(place, event.key, key);
    if (next) focus(next);
    return true;
  }

  // The nearest thing in the direction of the arrow; a step aside counts double.
  function nearest(from, arrow, own) {
    const sideways = arrow === "ArrowLeft" || arrow === "ArrowRight", sign = arrow === "ArrowLeft" || arrow === "ArrowUp" ? -1 : 1;
    let best = null, least = Infinity;
    for (const [key, place] of model.layout.places) {
      if (key === own) continue;
      const along = sign * (sideways ? place.x - from.x : place.y - from.y);
      const aside = Math.abs(sideways ? place.y - from.y : place.x - from.x);
      if (along > 1 && along + 2 * aside < least) {
        least = along + 2 * aside;
        best = key;
      }
    }
    return best;
  }
}
