// Figures of reports: a script of gnuplot, the table that it draws, and the four pictures that come of both: for a wide
// and a narrow screen, light and dark.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace straightedge::report {

struct Figure {
  std::string name;                                   ///< of the script report/figures/NAME.gp, and of the table
  std::string title;                                  ///< of the figure
  std::string text;                                   ///< what is to be seen, and where it comes from
  std::vector<std::string> claims = {};               ///< on the same page, that it belongs to
  std::string table;                                  ///< CSV below comment lines; the script has its path in `table`
  std::map<std::string, std::string> variables = {};  ///< further ones of the script: NAME to an expression
  int height = 420;                                   ///< of the wide picture, which is 900 wide
  int narrow_height = 340;                            ///< of the narrow one, 340 wide
  std::string file = {};                              ///< of the table and the anchor, where one script draws several
};

/// Draws all figures by gnuplot, and gives the HTML of each in their order. What cannot be drawn is there as its table
/// alone, and `problems` gets a line for it: "NAME: gnuplot is not installed".
[[nodiscard]] std::vector<std::string> draw(const std::vector<Figure>& figures, std::vector<std::string>& problems);

}  // namespace straightedge::report
