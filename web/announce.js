// Says something to readers of screens, once they have a moment.
let later;

export function announce(text) {
  clearTimeout(later);
  later = setTimeout(() => {
    const place = document.getElementById('announce');
    if (place && place.textContent !== text) place.textContent = text;
  }, 300);
}
