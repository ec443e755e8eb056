/** Mocha adds the files of its command line to `spec`. Files that are named there run alone. */
const isNamed = process.argv.slice(2).some((word) => word.endsWith('.test.js'));

module.exports = {
  ...(isNamed ? {} : { spec: ['test/dist/**/*.test.js'] }),
  'node-option': ['enable-source-maps', 'expose-gc'],
  reporter: './test/dist/reporter/summary-reporter.js',
  'forbid-only': true,
  timeout: 10000,
};
