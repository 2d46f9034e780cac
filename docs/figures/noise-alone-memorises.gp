# The memorisation rate against the noise, from the table that `straightedge prove` writes:
#   gnuplot -e "table='build/prove/figures/noise-alone-memorises.csv'" docs/figures/noise-alone-memorises.gp > memorisation.svg
# One panel for each kind of sources and each dimension of the deep table, one curve for each N, bounds at 99 %.
set terminal svg size 1120,560 dynamic background rgb 'white' font 'sans-serif,13'
set datafile separator ','
set logscale x
set xrange [0.008:2.5]
set yrange [-0.03:1.03]
set xtics (0.01, 0.1, 1) nomirror
set ytics 0, 0.25, 1 nomirror
set border 3
set bars 0.5
set key off
set multiplot layout 2,4 margins 0.075,0.985,0.12,0.92 spacing 0.04,0.17
rate(kind, d, n) = strcol(1) eq kind && $2 == d && $3 == n ? $4 : NaN
do for [kind in 'frozen resampled'] {
  do for [d in '2 8 32 128'] {
    set title sprintf('%s sources, d = %s', kind, d)
    if (kind eq 'resampled') { set xlabel 'noise f' } else { unset xlabel }
    if (d eq '2') { set ylabel 'memorised' } else { unset ylabel }
    if (kind eq 'frozen' && d eq '128') { set key bottom left title 'N' } else { set key off }
    plot for [i = 1:4] table every ::1 using (rate(kind, d + 0, int(4 * 4 ** i))):7:8:9 \
           with yerrorlines linetype i pointtype 7 pointsize 0.4 title sprintf('%d', int(4 * 4 ** i))
  }
}
unset multiplot
