// A list of listeners.

export class Signal {
  #listeners = new Set();

  /** Returns a function that ends the subscription. */
  on(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  emit(...values) {
    for (const listener of [...this.#listeners]) listener(...values);
  }
}

/** Collects what has to be undone when a view closes. */
export class Scope {
  #ends = [];

  add(...ends) {
    this.#ends.push(...ends);
  }

  every(milliseconds, work) {
    const timer = setInterval(work, milliseconds);
    this.add(() => clearInterval(timer));
  }

  close() {
    for (const end of this.#ends.splice(0)) end();
  }
}

/** Runs `work` once in the next frame, however often it is called; in a hidden tab after a timer, since no frame comes. */
export function once_a_frame(work) {
  let pending = false;
  const run = () => {
    if (!pending) return;
    pending = false;
    work();
  };
  return () => {
    if (pending) return;
    pending = true;
    if (document.hidden) setTimeout(run, 100);
    else requestAnimationFrame(run);
  };
}

/** Runs `work` when no call has come for the given time. */
export function when_quiet(milliseconds, work) {
  let timer = 0;
  return (...values) => {
    clearTimeout(timer);
    timer = setTimeout(() => work(...values), milliseconds);
  };
}
