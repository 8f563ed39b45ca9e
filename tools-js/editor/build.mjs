/* Builds static/vendor/editor/: editor.js, together.js, LICENSES.txt, VENDOR.md with versions and checksum. Run: npm ci && npm run build. */
import { analyzeMetafile, build } from 'esbuild';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const out = new URL('../../parvis/web/static/vendor/editor/', import.meta.url);
mkdirSync(out, { recursive: true });

/* together.js uses the editor's own classes of ProseMirror: a second copy wouldn't know the first one's nodes. */
const shared = {
  name: 'shared',
  setup(builder) {
    builder.onResolve({ filter: /^prosemirror-(model|state|view)$/ }, ({ path }) => ({ path, namespace: 'shared' }));
    builder.onLoad({ filter: /.*/, namespace: 'shared' }, ({ path }) => ({ contents: `module.exports = window.parvisEditor.parts['${path}'];` }));
  },
};
const bundle = (name, more) => build({
  entryPoints: [`src/${name}.js`],
  bundle: true,
  minify: true,
  format: 'iife',
  target: 'es2022',
  legalComments: 'none',
  metafile: true,
  write: false,
  charset: 'utf8',
  ...more,
});
const made = {
  'editor.js': await bundle('main', { alias: { entities: './src/small/entities.js', 'linkify-it': './src/small/linkify.js' } }),
  'together.js': await bundle('together', { plugins: [shared] }),
};
const codes = Object.entries(made).map(([name, { outputFiles: [{ contents }] }]) => [name, contents]);
for (const [name, code] of codes) writeFileSync(new URL(name, out), code);

if (process.argv.includes('--sizes')) for (const { metafile } of Object.values(made)) console.log(await analyzeMetafile(metafile));

/* Only the packages whose code is inside. */
const inside = new Map();
for (const path of Object.values(made).flatMap(({ metafile }) => Object.keys(metafile.inputs))) {
  const found = /^(.*node_modules\/((?:@[^/]+\/)?[^/]+))\//.exec(path);
  if (!found) continue;
  const about = JSON.parse(readFileSync(`${found[1]}/package.json`, 'utf8'));
  inside.set(`${about.name} ${about.version}`, { ...about, folder: found[1] });
}
const names = [...inside.keys()].sort();
const licence = ({ folder, name, license }) => {
  const file = existsSync(folder) && readdirSync(folder).find((one) => /^licen[cs]e/i.test(one));
  return file ? readFileSync(`${folder}/${file}`, 'utf8').trim() : `${name}: ${license}. Its package carries no separate text.`;
};
writeFileSync(new URL('LICENSES.txt', out), `${names.map((name) => `${'='.repeat(72)}\n${name}\n${'='.repeat(72)}\n${licence(inside.get(name))}\n`).join('\n')}`);
writeFileSync(new URL('editor.css', out), readFileSync('editor.css'));
const size = (code) => `${code.length} bytes, ${gzipSync(code, { level: 9 }).length} compressed`;
const digest = (code) => createHash('sha256').update(code).digest('hex');
writeFileSync(new URL('VENDOR.md', out), `# The rich editor, and writing together

Built from \`tools-js/editor/\` (\`npm ci && npm run build\`): \`editor.js\`, loaded on demand by the composer, and \`together.js\`, loaded beside it where a text is written by several at once. Licence texts: \`LICENSES.txt\`.

${codes.map(([name, code]) => `- sha256 of ${name}: \`${digest(code)}\`\n- ${size(code)}`).join('\n')}

| Package | Licence |
|---|---|
${names.map((name) => `| ${name} | ${inside.get(name).license} |`).join('\n')}
`);
for (const [name, code] of codes) console.log(`${name}: ${size(code)}, sha256 ${digest(code)}`);
