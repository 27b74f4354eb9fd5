// A short quiet sound when a question arrives: off until someone turns it on, and remembered on this machine.
const kept = 'sound';
let audio;

export function sound() {
  const button = document.querySelector('[data-act=sound]');
  if (!button) return;
  const shows = () => button.setAttribute('aria-pressed', String(isOn()));
  button.addEventListener('click', () => {
    localStorage.setItem(kept, isOn() ? 'off' : 'on');
    shows();
    ring();
  });
  // Browsers are silent until someone has done something on the page.
  for (const kind of ['pointerdown', 'keydown']) addEventListener(kind, () => isOn() && awake(), { once: true });
  shows();
}

function isOn() {
  return localStorage.getItem(kept) === 'on';
}

function awake() {
  audio ??= new AudioContext();
  audio.resume();
}

// Two soft notes, a third of a second in all.
export function ring() {
  if (!isOn()) return;
  document.documentElement.dataset.rang = Number(document.documentElement.dataset.rang ?? 0) + 1;
  awake();
  for (const [hertz, after] of [[660, 0], [880, 0.14]]) {
    const [note, loud] = [audio.createOscillator(), audio.createGain()];
    const at = audio.currentTime + after;
    note.frequency.value = hertz;
    loud.gain.setValueAtTime(0.0001, at);
    loud.gain.exponentialRampToValueAtTime(0.06, at + 0.02);
    loud.gain.exponentialRampToValueAtTime(0.0001, at + 0.18);
    note.connect(loud).connect(audio.destination);
    note.start(at);
    note.stop(at + 0.2);
  }
}
