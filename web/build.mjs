// Bundles what the pages load into dist/, each file under a name that changes with what it holds,
// and beside each a copy compressed with Brotli. The program takes them in when it is built.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { brotliCompressSync } from 'node:zlib';
import { build } from 'esbuild';
import { icons } from './icons.mjs';

const dist = new URL('dist/', import.meta.url);
const require = createRequire(import.meta.url);

// Browsers of the spring of 2024 and later.
const targets = ['chrome123', 'firefox120', 'safari17.5'];

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist);

await build({
  entryPoints: { app: 'app.js' },
  absWorkingDir: new URL('.', import.meta.url).pathname,
  bundle: true,
  minify: true,
  format: 'iife',
  target: targets,
  outdir: 'dist',
  entryNames: '[name]-[hash]',
  legalComments: 'none',
});
await build({
  entryPoints: { app: 'styles/app.css' },
  absWorkingDir: new URL('.', import.meta.url).pathname,
  bundle: true,
  minify: true,
  target: targets,
  outdir: 'dist',
  entryNames: '[name]-[hash]',
  assetNames: '[name]-[hash]',
  publicPath: '/assets',
  loader: { '.woff2': 'file' },
  legalComments: 'none',
});

// One sprite of the icons that pages use.
const symbol = ([ours, theirs]) => {
  const svg = readFileSync(require.resolve(`@tabler/icons/${theirs}.svg`), 'utf8');
  const inside = svg.slice(svg.indexOf('>', svg.indexOf('<svg')) + 1, svg.lastIndexOf('</svg>'));
  return `<symbol id="${ours}" viewBox="0 0 24 24">${inside.replace(/\s+/g, ' ').trim()}</symbol>`;
};
const sprite = `<svg xmlns="http://www.w3.org/2000/svg">${Object.entries(icons).map(symbol).join('')}</svg>`;
const digest = createHash('sha256').update(sprite).digest('hex').slice(0, 8).toUpperCase();
writeFileSync(new URL(`icons-${digest}.svg`, dist), sprite);

for (const name of readdirSync(dist)) {
  if (name.endsWith('.woff2')) continue; // Compressed already.
  writeFileSync(new URL(`${name}.br`, dist), brotliCompressSync(readFileSync(new URL(name, dist))));
}
