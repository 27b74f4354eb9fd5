// Says something to readers of screens, once they have a moment.
let later;

// What scripts say is in the catalogue as all else, and comes with the page; what is filled in stands as `#`.
export function says(key, filled = '') {
  return (document.getElementById('announce')?.dataset[key] ?? '').replace('#', filled);
}

export function announce(text) {
  clearTimeout(later);
  later = setTimeout(() => {
    const place = document.getElementById('announce');
    if (place && place.textContent !== text) place.textContent = text;
  }, 300);
}
