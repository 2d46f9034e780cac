#include <report/figure.hpp>

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <certificate.hpp>
#include <cstdlib>
#include <filesystem>
#include <report/files.hpp>
#include <report/gnuplot.hpp>
#include <report/html.hpp>
#include <report/palette.hpp>
#include <straightedge/error.hpp>

namespace straightedge::report {
namespace {

constexpr int kWide = 900;
constexpr int kNarrow = 340;

/// Removed with all that is in it.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "straightedge-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) {
      throw MachineError(fmt::format("no folder could be made in {}", std::filesystem::temp_directory_path().string()));
    }
    path_ = name;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// The page's style shows one of them (html.cpp).
struct Form {
  const char* name;
  bool is_dark, is_narrow;
};
constexpr std::array<Form, 4> kForms = {Form{"wide-light", false, false}, Form{"wide-dark", true, false},
                                        Form{"narrow-light", false, true}, Form{"narrow-dark", true, true}};

std::string colours_of(const Palette& palette) {
  std::string text = fmt::format("ink = '#{:06x}'\nmuted = '#{:06x}'\nrule = '#{:06x}'\nbackground = '#{:06x}'\n",
                                 palette.ink, palette.muted, palette.rule, palette.background);
  for (std::size_t i = 0; i < palette.lines.size(); ++i) {
    text += fmt::format("colour{0} = '#{1:06x}'\nset linetype {0} linecolor rgb '#{1:06x}' linewidth 2\n", i + 1,
                        palette.lines[i]);
  }
  return text + fmt::format("set linetype cycle {}\n", palette.lines.size());
}

/// All four pictures, one after the other.
std::string whole_script(const Figure& figure) {
  std::string text = "table = 'table.csv'\n";
  for (const auto& [name, value] : figure.variables) {
    text += fmt::format("{} = {}\n", name, value);
  }
  for (const Form& form : kForms) {
    text +=
        fmt::format("reset\nnarrow = {}\n{}set terminal svg size {},{} font 'sans-serif,{}'\nset output '{}.svg'\n",
                    form.is_narrow ? 1 : 0, colours_of(form.is_dark ? kDark : kLight), form.is_narrow ? kNarrow : kWide,
                    form.is_narrow ? figure.narrow_height : figure.height, form.is_narrow ? 12 : 13, form.name);
    text += figure_script("style") + figure_script(figure.name) + "unset multiplot\nunset output\n";
  }
  return text;
}

std::string pictures(const Figure& figure, const std::filesystem::path& folder) {
  std::string html;
  for (const Form& form : kForms) {
    html += fmt::format("<img class=\"{}\" width=\"{}\" height=\"{}\" alt=\"{}\" src=\"{}\">\n", form.name,
                        form.is_narrow ? kNarrow : kWide, form.is_narrow ? figure.narrow_height : figure.height,
                        escaped(figure.title),
                        data_uri("image/svg+xml", contents_of(folder / fmt::format("{}.svg", form.name))));
  }
  return html;
}

std::string figure_html(const Figure& figure, std::vector<std::string>& problems) {
  const TemporaryFolder folder;
  proofs::write_file(folder.path() / "table.csv", figure.table);
  proofs::write_file(folder.path() / "figure.gp", whole_script(figure));
  const std::string name = figure.file.empty() ? figure.name : figure.file;
  const std::string problem = run_gnuplot(folder.path(), "figure.gp");
  if (!problem.empty()) {
    problems.push_back(fmt::format("{}: {}", name, problem));
  }
  std::string links;
  for (const std::string& claim : figure.claims) {
    links += fmt::format(", <a href=\"#{0}\">{0}</a>", escaped(claim));
  }
  return fmt::format("<figure id=\"figure-{}\">\n<h3>{}</h3>\n{}<figcaption>{} {}{}</figcaption>\n</figure>\n",
                     escaped(name), escaped(figure.title),
                     problem.empty() ? pictures(figure, folder.path())
                                     : fmt::format("<p class=\"open\">Not drawn: {}</p>\n", escaped(problem)),
                     escaped(figure.text), download(name + ".csv", "text/csv", figure.table, "Data (CSV)"), links);
}

}  // namespace

std::vector<std::string> draw(const std::vector<Figure>& figures, std::vector<std::string>& problems) {
  std::vector<std::string> pages;
  for (const Figure& figure : figures) {
    pages.push_back(figure_html(figure, problems));
  }
  return pages;
}

}  // namespace straightedge::report
