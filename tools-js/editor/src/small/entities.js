/* markdown-it's table of named characters is 77 kB; the browser has its own. */
const area = document.createElement('textarea');
export const decodeHTML = (text) => { area.innerHTML = text; return area.value; };

export const decodeHTMLStrict = decodeHTML;
