set logscale x
set format x '%g'
set xlabel 'distance'
set ylabel 'fraction of sources'
set yrange [0:1.02]
set ytics 0, 0.25
is(level, to) = $1 == level + 0 && strcol(3) eq to
plot for [i = 1:words(levels)] table skip 2 using (is(word(levels, i), 'partner') ? $4 : NaN):5 with lines linetype i notitle, \
     for [i = 1:words(levels)] table skip 2 using (is(word(levels, i), 'optimal') ? $4 : NaN):5 with lines linetype i dashtype 2 notitle, \
     for [i = 1:words(levels)] keyentry with lines linetype i title 'noise '.word(levels, i)
