/**
 * Noise levels that lie evenly between the largest and the smallest.
 * @type {import('@graft/core/diffusion').Scheduler}
 */
export const linear = {
  name: 'linear',
  label: 'Linear',
  aliases: [],
  defaultRho: -1,
  needInnerModel: false,
  sigmas({ n, min, max }) {
    const share = (i) => (n === 1 ? 0 : i / (n - 1));
    return [...Array.from({ length: n }, (_, i) => max + share(i) * (min - max)), 0];
  },
};
