# A panel for each kind of sources and each dimension of the table, a curve for each N, bounds at 99 %.
# `dimensions` and `sizes` are words of numbers.
set logscale x
set xrange [0.008:2.5]
set yrange [-0.03:1.03]
set xtics (0.01, 0.1, 1)
set ytics 0, 0.5, 1
set bars 0.5
set key off
columns_wide = words(dimensions)
if (narrow) { set multiplot layout columns_wide, 2 columnsfirst margins 0.13,0.97,0.09,0.95 spacing 0.1,0.1 } \
else { set multiplot layout 2, columns_wide rowsfirst margins 0.085,0.985,0.14,0.93 spacing 0.04,0.15 }
rate(kind, d, n) = strcol(1) eq kind && $2 == d && $3 == n ? $4 : NaN
do for [kind in 'frozen resampled'] {
  do for [d in dimensions] {
    set title sprintf(narrow ? '%s, d = %s' : '%s sources, d = %s', kind, d) offset 0, -0.5
    if (narrow ? d eq word(dimensions, columns_wide) : kind eq 'resampled') { set xlabel 'noise f' textcolor rgb ink } else { unset xlabel }
    if (d eq word(dimensions, 1) && !narrow) { set ylabel 'memorised' textcolor rgb ink } else { unset ylabel }
    # Where curves are high on the left there is room below them.
    if (kind eq 'frozen' && d eq word(dimensions, columns_wide)) { set key bottom left title 'N' textcolor rgb ink inside vertical } else { set key off }
    plot for [n in sizes] table every ::1 using (rate(kind, d + 0, n + 0)):7:8:9 \
           with yerrorlines pointtype 7 pointsize 0.4 title n
  }
}
unset multiplot
