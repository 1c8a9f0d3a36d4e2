// The one public entry of sluice: everything a pipeline or a stage imports as "#sluice".
export const version = "0.1.0"
