# Boxes of (lambda_1, lambda_2, phi), seen along the eigenvalues' common scale: the ratio decides whether the pair field
# is singular, cos phi <= -2 r^(1/4) / (1 + r^(1/2)).
set logscale x
set xrange [0.99:100.2]
set yrange [5:175]
set xlabel 'ratio of the eigenvalues of M'
set ylabel 'angle φ (degrees)'
set ytics (5, 30, 60, 90, 120, 150, 175)
singular(r) = acos(-2 * r ** 0.25 / (1 + r ** 0.5)) * 180 / pi
if (narrow) { set key vertical maxcols 1 }
plot for [name in '"quadrature" "bounds by panels of t" "infinite variance of the pair field" "open"'] table every ::1 \
       using (strcol(1) eq name ? sqrt($2 * $3) : NaN):(($4 + $5) / 2):2:3:4:5 with boxxyerror title name, \
     singular(x) linecolor rgb ink linewidth 2 title 'singular from here'
