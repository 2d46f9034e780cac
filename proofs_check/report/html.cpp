#include <report/html.hpp>

#include <fmt/format.h>
#include <openssl/evp.h>

#include <cstdlib>
#include <report/palette.hpp>
#include <straightedge/error.hpp>

namespace straightedge::report {
namespace {

std::string variables(const Palette& colours) {
  return fmt::format(
      "--background:#{:06x};--surface:#{:06x};--ink:#{:06x};--muted:#{:06x};--link:#{:06x};--rule:#{:06x};"
      "--good:#{:06x};--bad:#{:06x};--open:#{:06x}",
      colours.background, colours.surface, colours.ink, colours.muted, colours.link, colours.rule, colours.good,
      colours.bad, colours.open);
}

// `only screen`: paper is white whatever the reader's screen is.
std::string style() {
  return ":root{color-scheme:light dark;" + variables(kLight) +
         "}\n@media only screen and (prefers-color-scheme:dark){:root{" + variables(kDark) + "}}\n" + R"(
* { box-sizing: border-box; }
body { font: 1rem/1.55 system-ui, sans-serif; color: var(--ink); background: var(--background);
       max-width: 64rem; margin: 0 auto; padding: 1rem 1rem 4rem; overflow-wrap: break-word; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 1rem 0 .3rem; }
h2 { font-size: 1.3rem; margin: 2.5rem 0 .7rem; border-bottom: 1px solid var(--rule); padding-bottom: .3rem; }
h3 { font-size: 1.05rem; margin: 0 0 .5rem; }
a { color: var(--link); }
nav a { display: inline-block; margin: 0 1rem .3rem 0; padding: .3rem 0; }
.lead { font-size: 1.1rem; }
.muted, figcaption, dt { color: var(--muted); }
.good { color: var(--good); } .bad { color: var(--bad); font-weight: 600; } .open { color: var(--open); font-weight: 600; }
.wide { overflow-x: auto; margin: .7rem 0; }
table { border-collapse: collapse; font-size: .92rem; }
th, td { text-align: left; padding: .35rem .9rem .35rem 0; border-bottom: 1px solid var(--rule); vertical-align: top; }
td { white-space: nowrap; } td.prose { white-space: normal; min-width: 20rem; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
code, pre { font: .88em ui-monospace, monospace; }
code { overflow-wrap: anywhere; }
pre { overflow-x: auto; background: var(--surface); border: 1px solid var(--rule); border-radius: .4rem; padding: .6rem .8rem; }
section { border-top: 1px solid var(--rule); padding: 1.3rem 0 .6rem; }
h2 + section { border-top: 0; padding-top: 0; }
figcaption a { white-space: nowrap; }
dl { display: grid; grid-template-columns: minmax(8rem, auto) 1fr; gap: .4rem 1.2rem; margin: .6rem 0; }
dd { margin: 0; overflow-wrap: anywhere; }
summary { cursor: pointer; color: var(--link); padding: .3rem 0; }
figure { margin: 1.6rem 0 2rem; break-inside: avoid; }
figure img { display: block; max-width: 100%; height: auto; }
img.wide-dark, img.narrow-light, img.narrow-dark { display: none; }
@media screen and (prefers-color-scheme: dark) { img.wide-light { display: none; } img.wide-dark { display: block; } }
@media screen and (max-width: 40rem) {
  img.wide-light, img.wide-dark { display: none; } img.narrow-light { display: block; }
}
@media screen and (max-width: 40rem) and (prefers-color-scheme: dark) {
  img.narrow-light { display: none; } img.narrow-dark { display: block; }
}
figcaption { font-size: .95rem; margin-top: .4rem; }
.grids { display: grid; grid-template-columns: repeat(auto-fill, minmax(18rem, 1fr)); gap: 0 1.5rem; align-items: start; }
.grid { image-rendering: pixelated; width: 100%; }
@media (max-width: 40rem) {
  .only-wide { display: none; }
  dl { display: block; } dt { margin-top: .5rem; }
  th, td { padding-right: .5rem; } td { white-space: normal; } .number { white-space: nowrap; }
}
@media print {
  body { max-width: none; font-size: .85rem; } nav { display: none; }
  pre { white-space: pre-wrap; overflow-wrap: anywhere; } .wide { overflow: visible; }
  h2, h3, h4 { break-after: avoid; } pre, tr { break-inside: avoid; }
  details::details-content { content-visibility: visible; block-size: auto; }
}
)";
}

}  // namespace

std::string escaped(std::string_view text) {
  std::string safe;
  safe.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&':
        safe += "&amp;";
        break;
      case '<':
        safe += "&lt;";
        break;
      case '>':
        safe += "&gt;";
        break;
      case '"':
        safe += "&quot;";
        break;
      case '\'':
        safe += "&#39;";
        break;
      default:
        safe += c;
    }
  }
  return safe;
}

std::string data_uri(std::string_view type, std::string_view bytes) {
  std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  const int length =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                      reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(length));
  return fmt::format("data:{};base64,{}", type, text);
}

std::string download(std::string_view file, std::string_view type, std::string_view bytes, std::string_view text) {
  return fmt::format("<a download=\"{}\" href=\"{}\">{}</a>", escaped(file), data_uri(type, bytes), escaped(text));
}

std::string entry(std::string_view name, std::string_view text) {
  return text.empty() ? "" : fmt::format("<dt>{}</dt><dd>{}</dd>\n", escaped(name), escaped(text));
}

std::string paper() {
  return "<cite>Gradient Variance Reveals Failure Modes in Flow-Based Generative Models</cite> "
         "(<a href=\"https://arxiv.org/abs/2510.18118\">arXiv 2510.18118</a>)";
}

std::string program() {
  const char* name = std::getenv("STRAIGHTEDGE_CALLED_AS");
  return name == nullptr || *name == '\0' ? "straightedge" : name;
}

std::string command(std::string_view words) {
  return fmt::format("<pre class=\"command\">{} {}</pre>\n", escaped(program()), escaped(words));
}

std::string Table::attributes(std::size_t column) const {
  const Column& of = columns_[column];
  const std::string classes =
      std::string(of.is_number ? "number" : "") + (of.only_wide ? " only-wide" : "") + (of.is_prose ? " prose" : "");
  return classes.empty() ? "" : fmt::format(" class=\"{}\"", classes);
}

void Table::add(const std::vector<std::string>& cells) {
  rows_ += "<tr>";
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    rows_ += fmt::format("<td{}>{}</td>", attributes(i), cells.at(i));
  }
  rows_ += "</tr>\n";
}

std::string Table::html() const {
  std::string head;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    const Column& column = columns_[i];
    const std::string meaning = column.meaning.empty() ? "" : fmt::format(" title=\"{}\"", escaped(column.meaning));
    head += fmt::format("<th{}{}>{}</th>", attributes(i), meaning, escaped(column.title));
  }
  // Reachable by keyboard, so that it can be scrolled without a pointer.
  return fmt::format(
      "<div class=\"wide\" tabindex=\"0\"><table><thead><tr>{}</tr></thead><tbody>\n{}</tbody></table></div>\n", head,
      rows_);
}

std::string page(std::string_view title, std::string_view body) {
  return fmt::format(
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<link rel=\"icon\" "
      "href=\"data:,\">\n<title>{}</title>\n<style>\n{}</style>\n</head>\n<body>\n{}</body>\n</html>\n",
      escaped(title), style(), body);
}

}  // namespace straightedge::report
