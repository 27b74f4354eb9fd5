// A slider and the number beside it are one.
export function slides() {
  document.addEventListener('input', (event) => {
    const slider = event.target.closest('[data-slides]');
    const number = event.target.closest('.amount-of');
    if (slider) document.getElementById(slider.dataset.slides).value = Number(slider.value).toFixed(2);
    if (number) document.querySelector(`[data-slides="${CSS.escape(number.id)}"]`).value = number.value;
  });
}
