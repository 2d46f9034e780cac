# A colour a noise level, a curve a seed. `levels`: words of numbers; `errors`: whether there are any; `what` the values are.
set logscale y
set format y '%g'
set xlabel 'step'
set ylabel what
at(i) = $1 == word(levels, i) + 0 ? $3 : NaN
if (errors) {
  plot for [i = 1:words(levels)] table skip 2 using (at(i)):4:5 with yerrorlines linetype i pointtype 7 pointsize 0.3 notitle, \
       for [i = 1:words(levels)] keyentry with lines linetype i title 'noise '.word(levels, i)
} else {
  plot for [i = 1:words(levels)] table skip 2 using (at(i)):4 with lines linetype i notitle, \
       for [i = 1:words(levels)] keyentry with lines linetype i title 'noise '.word(levels, i)
}
