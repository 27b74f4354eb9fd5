// What pages do beyond links and forms: answers while typing (htmx), keys, copying, links that carry a question.
import 'htmx.org/dist/htmx.esm.js';
import { theme } from './theme.js';
import { finding } from './finding.js';
import { keys } from './keys.js';
import { copying } from './copying.js';
import { question } from './question.js';
import { search } from './search.js';
import { changes } from './changes.js';
import { live } from './live.js';
import { slides } from './slides.js';
import { evidence } from './evidence.js';
import { sound } from './sound.js';
import { once } from './once.js';
import { lines } from './lines.js';

document.documentElement.classList.add('js');
theme();
keys();
copying();
search();
finding();
changes();
live();
slides();
evidence();
sound();
once();
lines();
// After htmx has seen the page, which it does a moment after it was loaded.
setTimeout(question);
