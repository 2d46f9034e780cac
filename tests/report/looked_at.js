// What a reader would see on the page that is open. `arguments[0]`: the question.
const questions = {
  // Text whose contrast with what is behind it is below WCAG AA: 4.5 : 1, and 3 : 1 for large text.
  contrast() {
    const channels = (text) => text.match(/[\d.]+/g).map(Number);
    const luminance = (colour) => {
      const [r, g, b] = colour.slice(0, 3).map((v) => v / 255).map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const behind = (element) => {
      for (let e = element; e; e = e.parentElement) {
        const colour = channels(getComputedStyle(e).backgroundColor);
        if (colour.length === 3 || colour[3] === 1) return colour;
      }
      return [255, 255, 255];
    };
    const found = [];
    let seen = 0;
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const element = walker.currentNode.parentElement;
      if (!walker.currentNode.textContent.trim() || element.closest("script, style")) continue;
      const style = getComputedStyle(element);
      const [a, b] = [luminance(channels(style.color)), luminance(behind(element))].sort((x, y) => y - x);
      const size = parseFloat(style.fontSize);
      const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
      seen += 1;
      if ((a + 0.05) / (b + 0.05) < (isLarge ? 3 : 4.5)) found.push([walker.currentNode.textContent.trim(), style.color]);
    }
    return {seen, found};
  },
  pictures() {
    return [...document.images].filter((image) => getComputedStyle(image).display !== "none").map((image) => ({
      figure: image.closest("figure").id, form: image.className, drawn: image.complete && image.naturalWidth > 0,
      width: image.getBoundingClientRect().width, alt: image.alt}));
  },
  figures() {
    return [...document.querySelectorAll("figure")].map((figure) => ({
      id: figure.id, pictures: [...figure.querySelectorAll("img")].map((image) => ({form: image.className, source: image.src})),
      data: [...figure.querySelectorAll("a[download]")].map((link) => link.href)}));
  },
  links() {
    return [...document.querySelectorAll("a[href^='#']")].map((link) => link.hash.slice(1))
      .filter((id) => !document.getElementById(decodeURIComponent(id)));
  },
  // Elements that reach over the right edge of the screen and are in no box that scrolls by itself.
  width() {
    const edge = document.documentElement.clientWidth;
    return {page: document.documentElement.scrollWidth, screen: edge,
            over: [...document.body.querySelectorAll("*")].filter((e) => !e.closest(".wide, pre") &&
              e.getBoundingClientRect().right > edge + 0.5).map((e) => e.outerHTML.slice(0, 120))};
  },
  outside() {
    return [...document.querySelectorAll("[src], [href], [srcset]")].map((e) => e.getAttribute("src") ||
      e.getAttribute("srcset") || e.getAttribute("href")).filter((a) => !a.startsWith("data:") && !a.startsWith("#") && a !== "https://arxiv.org/abs/2510.18118");
  },
  commands() {
    return [...document.querySelectorAll("pre.command")].map((e) => e.textContent);
  },
};
return questions[arguments[0]]();
