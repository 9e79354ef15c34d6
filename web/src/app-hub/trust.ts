import { mount } from 'svelte';
import '@/styles/base.css';
import Trust from '@/features/hub-trust/Trust.svelte';

const target = document.getElementById('app');
if (target) mount(Trust, { target });
