// Stands for modules that tests never use: see jest.config.mjs.
module.exports = {};
