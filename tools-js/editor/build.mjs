/* Builds static/vendor/editor/: editor.js, LICENSES.txt, VENDOR.md with versions and checksum. Run: npm ci && npm run build. */
import { analyzeMetafile, build } from 'esbuild';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const out = new URL('../../parvis/web/static/vendor/editor/', import.meta.url);
mkdirSync(out, { recursive: true });

const result = await build({
  entryPoints: ['src/main.js'],
  bundle: true,
  minify: true,
  format: 'iife',
  target: 'es2022',
  legalComments: 'none',
  metafile: true,
  write: false,
  charset: 'utf8',
  alias: { entities: './src/small/entities.js', 'linkify-it': './src/small/linkify.js' },
});
const code = result.outputFiles[0].contents;
writeFileSync(new URL('editor.js', out), code);

if (process.argv.includes('--sizes')) console.log(await analyzeMetafile(result.metafile));

/* Only the packages whose code is inside. */
const inside = new Map();
for (const path of Object.keys(result.metafile.inputs)) {
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
const digest = createHash('sha256').update(code).digest('hex');
writeFileSync(new URL('VENDOR.md', out), `# The rich editor

\`editor.js\` is built from \`tools-js/editor/\` (\`npm ci && npm run build\`), loaded on demand by the composer. Licence texts: \`LICENSES.txt\`.

- sha256 of editor.js: \`${digest}\`
- ${code.length} bytes, ${gzipSync(code, { level: 9 }).length} compressed

| Package | Licence |
|---|---|
${names.map((name) => `| ${name} | ${inside.get(name).license} |`).join('\n')}
`);
console.log(`${code.length} bytes, ${gzipSync(code, { level: 9 }).length} compressed, sha256 ${digest}`);
