# Which argument proves Figure 4's own couplings where, from the boxes that `straightedge prove` writes:
#   gnuplot -e "table='build/prove/figures/figure-4-own-boxes.csv'" docs/figures/figure-4-own.gp > figure-4-own.svg
# Boxes of (lambda_1, lambda_2, phi), seen along the eigenvalues' common scale: the ratio decides whether the pair field
# is singular, cos phi <= -2 r^(1/4) / (1 + r^(1/2)).
set terminal svg size 820,560 dynamic background rgb 'white' font 'sans-serif,13'
set datafile separator ','
set logscale x
set xrange [0.99:100.2]
set yrange [5:175]
set xlabel 'ratio of the eigenvalues of M'
set ylabel 'phi (degrees)'
set ytics 5, 34 nomirror
set xtics nomirror
set border 3
set key outside bottom center horizontal
set style fill solid 0.35 noborder
singular(r) = acos(-2 * r ** 0.25 / (1 + r ** 0.5)) * 180 / pi
is(name) = strcol(2) eq name ? 1 : NaN
low = '($5 / $4)'
plot for [name in '"quadrature" "bounds by panels of t" "infinite variance of the pair field" "open"'] table every ::1 \
       using (is(name) * sqrt($5 * $6 / ($3 * $4))):(($7 + $8) / 2):($5 / $4 > 0.99 ? $5 / $4 : 0.99):($6 / $3):7:8 \
       with boxxyerror title name, \
     singular(x) linecolor rgb 'black' linewidth 2 title 'singular from here'
